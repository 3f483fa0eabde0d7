// A folder with playbooks and inventories, and the command run on lab hosts.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { findLabHost } from '../../lab/instance/ssh.ts'
import { type Answer, type Lab, ssh } from '../../lab/lab.ts'
import * as library from '../../src/index.ts'
import * as deprecated from '../../tasks/deprecated.ts'
import * as httpdTasks from '../../tasks/httpd/index.ts'
import * as tasks from '../../tasks/index.ts'
import * as tomcatTasks from '../../tasks/tomcat/index.ts'
import { cliSite, type Ended, type Started } from '../cli/command.ts'
import { key as publicKey } from '../tasks/packages/publicKey.ts'

/** A line of the command's JSON output, as far as tests look at it. */
export type Line = {
  readonly event: string
  readonly play?: string
  readonly host?: string
  readonly name?: string
  readonly task?: string
  readonly status?: string
  readonly changes?: readonly { readonly what: string; readonly from: string; readonly to: string }[]
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly details: readonly string[]
    readonly hint?: string
  }
  readonly stdout?: string
  readonly isStep?: boolean
  /** Of the end of a run. */
  readonly hosts?: readonly { readonly host: string; readonly trips: number }[]
}

export type Ran = Ended & { readonly lines: readonly Line[] }

type HostVars = { readonly [host: string]: { readonly [name: string]: unknown } }

export type LabSite = {
  readonly folder: string
  /** Puts a file into the folder, and gives its path. */
  readonly write: (name: string, content: string | Buffer) => string
  /** Writes an inventory and gives its path. Hosts of the lab have their addresses and keys, and the vars given. */
  readonly inventory: (name: string, hosts: HostVars) => string
  /** Starts the command, which tells what it does in JSON lines. */
  readonly start: (...words: readonly string[]) => Started
  readonly run: (...words: readonly string[]) => Promise<Ran>
  /** Runs another command than a run. */
  readonly command: (...words: readonly string[]) => Promise<Ended>
  /** Runs a script on a host by OpenSSH, as root if nobody else is named. */
  readonly on: (host: string, script: string, as?: { user?: string; input?: Buffer }) => Promise<Answer>
  readonly remove: () => void
}

/** What the tests need of a lab, or of another machine that they reach by ssh. */
type Machines = Pick<Lab, 'hosts' | 'keyFile' | 'knownHostsFile'> &
  Partial<Pick<Lab, 'mirror' | 'inventoryVars'>>

export function labSite(lab: Machines): LabSite {
  const site = cliSite({})
  const write: LabSite['write'] = (name, content) => {
    site.write({ [join(dirname(name), '.keep')]: '' })
    writeFileSync(join(site.path, name), content)
    return join(site.path, name)
  }
  const start: LabSite['start'] = (...words) => site.start([...words, '--output', 'jsonl'])
  return {
    folder: site.path,
    write,
    inventory: (name, hosts) => write(`${name}.yaml`, stringify(inventoryOf(lab, hosts))),
    start,
    run: async (...words) => ranOf(await start(...words).ended),
    command: (...words) => site.runWords(words),
    on: (host, script, as) => ssh(lab, findLabHost(lab.hosts, host), script, as),
    remove: site.remove,
  }
}

/** A host as the tests' playbooks see it: its inventory's variables are texts. */
export type TestHost = { readonly name: string; readonly vars: { readonly [name: string]: string } }

/** A play of a test's playbook; `settings` is text of further members. */
type TestPlay = {
  readonly name: string
  readonly settings?: string
  readonly tasks: (host: TestHost) => library.TaskList
}

/**
 * The text of a playbook, as people write it, with the names of all modules of run-playbook. Tasks come as a
 * function whose text is put in: so the compiler checks them, but they may use no other names.
 */
export function playbookText(...plays: readonly TestPlay[]): string {
  const general = Object.keys(tasks).filter((name) => !(name in deprecated))
  const modules = {
    'run-playbook': Object.keys(library).filter((name) => !(name in tasks)),
    'run-playbook/tasks': general,
    'run-playbook/tasks/httpd': Object.keys(httpdTasks),
    'run-playbook/tasks/tomcat': Object.keys(tomcatTasks),
  }
  const imports = Object.entries(modules).map(
    ([name, names]) => `import { ${names.join(', ')} } from '${name}'`,
  )
  return `${imports.join('\n')}

export default [
${plays.map(playText).join('')}]
`
}

function playText({ name, settings = 'become: true', tasks }: TestPlay): string {
  return `  definePlay({
    name: ${JSON.stringify(name)},
    hosts: 'all',
    vars: z.looseObject({}),
    ${settings},
    tasks: ${tasks},
  }),
`
}

export function ranOf({ code, stdout, stderr }: Ended): Ran {
  const lines = stdout.split('\n').filter(Boolean)
  return { code, stdout, stderr, lines: lines.map((line) => JSON.parse(line) as Line) }
}

function inventoryOf(lab: Machines, hosts: HostVars) {
  const entries = Object.entries(hosts).map(([name, vars]) => {
    const { address, port } = lab.hosts.find((host) => host.name === name) ?? {}
    return [name, { ...(address && { ansible_host: address }), ...(port && { ansible_port: port }), ...vars }]
  })
  return {
    all: {
      vars: {
        ansible_user: 'root',
        ansible_ssh_private_key_file: lab.keyFile,
        ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${lab.knownHostsFile}`,
        ...lab.inventoryVars,
        ...(lab.mirror && { mirror: lab.mirror }),
        public_key: publicKey,
      },
      hosts: Object.fromEntries(entries),
    },
  }
}
