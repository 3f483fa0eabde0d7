// Writes hosts and their variables as an inventory for ansible-playbook.

import type { BecomeSettings, ConnectionSettings } from '../../src/index.ts'
import { plainData } from './plainData.ts'

type Variables = { readonly [name: string]: unknown }

/** A host on which a playbook of Ansible runs. */
type AnsibleHost = {
  readonly name: string
  readonly settings: ConnectionSettings
  readonly become: BecomeSettings | undefined
  /** Its variables, evaluated. */
  readonly vars: Variables
}

/**
 * The inventory as YAML. `groups` has the names of the hosts of each group; `others` gives the variables of hosts that are
 * only known. It holds passwords.
 */
export function inventoryText(
  hosts: readonly AnsibleHost[],
  groups: { readonly [group: string]: readonly string[] },
  others: (host: string) => Variables,
): string {
  const own = new Map(
    hosts.map((host) => [host.name, { ...withoutConnection(host.vars), ...connectionVars(host) }]),
  )
  const names = new Set([...own.keys(), ...Object.values(groups).flat()])
  const all = Object.fromEntries([...names].map((name) => [name, own.get(name) ?? others(name)]))
  const children = Object.entries(groups).filter(([group]) => group !== 'all' && group !== 'ungrouped')
  return yaml({
    all: {
      hosts: all,
      children: Object.fromEntries(
        children.map(([group, members]) => [
          group,
          { hosts: Object.fromEntries(members.map((name) => [name, {}])) },
        ]),
      ),
    },
  })
}

/** What says how to connect; how to become another user is left to the host's own variables, the role and its flags. */
const connectionNames =
  /^ansible_(?:connection|host|port|user|password|ssh_(?!executable)\w+|private_key_\w+|host_key_checking|remote_user)$/

function withoutConnection(vars: Variables): Variables {
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !connectionNames.test(name)))
}

const connections: { readonly [kind: string]: string } = {
  docker: 'community.docker.docker',
  podman: 'containers.podman.podman',
}

function connectionVars({ settings, become }: AnsibleHost): Variables {
  const { kind, host, port, user, password, privateKeyFile, privateKeyPassphrase, sshArgs } = settings
  const all = {
    ansible_connection: connections[kind] ?? kind,
    ansible_host: host,
    ansible_port: port,
    ansible_user: user,
    ansible_password: password,
    ansible_ssh_private_key_file: privateKeyFile,
    ansible_private_key_passphrase: privateKeyPassphrase,
    ansible_ssh_common_args: sshArgs?.length ? sshArgs.map(shellWord).join(' ') : undefined,
    ansible_host_key_checking: settings.hostKeyChecking,
    ansible_become_password: become?.password,
    ansible_become_exe: become?.program,
    ansible_become_flags: become?.flags?.join(' '),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** JSON, in which texts with the signs of templates are marked: they are evaluated already. */
function yaml(value: unknown): string {
  const plain = plainData(value)
  if (typeof plain === 'string') return `${/\{[{%#]/.test(plain) ? '!unsafe ' : ''}${JSON.stringify(plain)}`
  if (Array.isArray(plain)) return `[${plain.map(yaml).join(', ')}]`
  if (plain === null || typeof plain !== 'object') return JSON.stringify(plain ?? null)
  const members = Object.entries(plain).map(([name, each]) => `${JSON.stringify(name)}: ${yaml(each)}`)
  return `{${members.join(', ')}}`
}
