// Finds which variables may use facts or files, from the words in their templates.

import { revealed } from '../../model/secrets/secret.ts'
import { containsJinja } from '../parsing/jinja.ts'
import type { SourceNode } from '../parsing/sourceNode.ts'
import type { LoadedHost } from '../vars/hostVars.ts'

/** What begins names of connections, of becoming another user, and of what Ansible says of a run. */
const others = [
  ...[
    'ssh',
    'sftp',
    'scp',
    'paramiko',
    'libssh',
    'host_key',
    'control_path',
    'pipelining',
    'remote',
    'shell',
  ],
  ...['docker', 'podman', 'buildah', 'kubectl', 'oc', 'lxc', 'lxd', 'jail', 'chroot', 'nspawn', 'machinectl'],
  ...[
    'winrm',
    'psrp',
    'network',
    'httpapi',
    'netconf',
    'persistent',
    'terminal',
    'command_timeout',
    'executable',
  ],
  ...[
    'become',
    'sudo',
    'su',
    'doas',
    'ksu',
    'pbrun',
    'pfexec',
    'dzdo',
    'runas',
    'async',
    'failed',
    'delegated',
  ],
  ...[
    'play',
    'check',
    'diff',
    'loop',
    'index',
    'run',
    'skip',
    'limit',
    'forks',
    'verbosity',
    'version',
    'eval',
  ],
  ...['inventory', 'role', 'parent', 'dependent', 'collection', 'search', 'config'],
]

const otherNames = new RegExp(
  `^ansible_(?:host|port|user|password|pass|connection|private_key_file|timeout|managed|group_priority|\\w+_interpreter|(?:${others.join('|')})(?:_\\w*)?)$`,
)

/** Whether a name is that of a fact where no variable has it: none of how hosts are reached, nor of a run. */
export function isFactName(name: string): boolean {
  return name.startsWith('ansible_') && !otherNames.test(name)
}

/** What makes that a variable uses something: a word in its templates, of all their words. */
type IsUse = (word: string, words: ReadonlySet<string>, host: LoadedHost) => boolean

export const isFactUse: IsUse = (word, _, host) => isFactName(word) && host.definitions(word).length === 0

export const isFileUse: IsUse = (word, words) =>
  word === 'file' && ['lookup', 'query', 'q'].some((each) => words.has(each))

/** Variables whose names a template may compute. */
const indirect = ['hostvars', 'vars', 'lookup', 'query', 'q']

export class VariableUse {
  readonly #isUse: IsUse
  readonly #hosts: readonly LoadedHost[]
  readonly #known = new Map<LoadedHost, Map<string, boolean>>()
  readonly #names = new WeakMap<SourceNode, ReadonlySet<string>>()
  readonly #anywhere = new Map<string, boolean>()

  constructor(isUse: IsUse, hosts: readonly LoadedHost[]) {
    this.#isUse = isUse
    this.#hosts = hosts
  }

  /** Whether a variable of the host uses it, or another variable that does. */
  of(host: LoadedHost, name: string): boolean {
    let known = this.#known.get(host)
    if (!known) {
      known = new Map()
      this.#known.set(host, known)
    }
    const found = known.get(name)
    if (found !== undefined) return found
    known.set(name, false) // what refers to itself adds nothing
    const names = this.#namesOf(host, name)
    const isIndirect = indirect.some((each) => names.has(each))
    const uses = [...names].some(
      (each) =>
        this.#isUse(each, names, host) || this.of(host, each) || (isIndirect && this.#isAnywhere(each)),
    )
    known.set(name, uses)
    return uses
  }

  /** Whether it does on any host. */
  #isAnywhere(name: string): boolean {
    const known = this.#anywhere.get(name)
    if (known !== undefined) return known
    this.#anywhere.set(name, false)
    const uses = this.#hosts.some((host) => this.of(host, name))
    this.#anywhere.set(name, uses)
    return uses
  }

  #namesOf(host: LoadedHost, name: string): ReadonlySet<string> {
    const node = host.definitions(name).at(-1)?.node
    if (!node) return noNames
    let names = this.#names.get(node)
    if (!names) {
      names = containsJinja(node) ? new Set(namesIn(node)) : noNames
      this.#names.set(node, names)
    }
    return names
  }
}

const noNames: ReadonlySet<string> = new Set()

/** All words of its templates: those in quotes may be names, too. */
function namesIn(node: SourceNode): readonly string[] {
  const members = [...(node.items ?? []), ...[...(node.entries?.values() ?? [])].map((entry) => entry.node)]
  if (members.length > 0) return members.filter(containsJinja).flatMap(namesIn)
  const { value } = node
  const text = String(revealed(value))
  return text.match(/[A-Za-z_]\w*/g) ?? []
}
