// How to reach a host: its `ansible_*` variables, and what the command line says where they say nothing.

import { homedir } from 'node:os'
import type { BecomeMethod } from '../../model/become.ts'
import { AggregatePlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { ConnectionSettings, InventoryHost } from '../../model/host.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import { becomeSettings } from './becomeSettings.ts'
import { TypedVars } from './typedVars.ts'

/**
 * What the command line says of connections. As in Ansible, a host's own variable is stronger than a flag;
 * `-e ansible_user=…` is stronger than both.
 */
export type ConnectionFlags = {
  /** `--connection` */
  readonly connection?: string
  /** `-u` */
  readonly user?: string
  /** `-k` */
  readonly password?: Secret
  /** `--private-key` */
  readonly privateKeyFile?: string
  readonly privateKeyPassphrase?: Secret
  /** `--ssh-common-args`, `--ssh-extra-args`, in this order, as the shell would split them. */
  readonly sshArgs?: readonly string[]
  readonly hostKeyChecking?: boolean
  /** `--timeout`, in seconds */
  readonly timeout?: number
  /** `--become-user` */
  readonly becomeUser?: string
  /** `--become-method` */
  readonly becomeMethod?: BecomeMethod
  /** `-K` */
  readonly becomePassword?: Secret
}

const connectionKinds: Readonly<Record<string, ConnectionSettings['kind']>> = {
  ssh: 'ssh',
  smart: 'ssh',
  paramiko: 'ssh',
  paramiko_ssh: 'ssh',
  'ansible.builtin.ssh': 'ssh',
  'ansible.builtin.paramiko_ssh': 'ssh',
  local: 'local',
  'ansible.builtin.local': 'local',
}

/**
 * The settings to reach a host and to become another user there. Passwords are secrets; what came from a vault is
 * opened here only where it is no password. Where Ansible knows several names for one setting, the last one that is
 * set wins.
 *
 * @throws Faults with E_CONNECTION_VAR (a wrong type), E_CONNECTION_KIND, E_BECOME_METHOD, E_JINJA, each where the
 * variable was written
 * @example connectionSettings(inventory.host('web-01')!, { user: 'deploy' })
 */
export function connectionSettings(host: InventoryHost, flags: ConnectionFlags = {}): ConnectionSettings {
  const vars = new TypedVars(host)
  const port = vars.number(['ansible_port', 'ansible_ssh_port'], 1, 65535)
  const user = vars.text(['ansible_user', 'ansible_ssh_user']) ?? flags.user
  const password =
    vars.secret(['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password']) ?? flags.password
  const key = vars.text(['ansible_private_key_file', 'ansible_ssh_private_key_file']) ?? flags.privateKeyFile
  const passphrase =
    vars.secret(['ansible_private_key_passphrase', 'ansible_ssh_private_key_passphrase']) ??
    flags.privateKeyPassphrase
  const sshArgs = [
    ...(vars.words(['ansible_ssh_args']) ?? []),
    ...(flags.sshArgs ?? []),
    ...(vars.words(['ansible_ssh_common_args']) ?? []),
    ...(vars.words(['ansible_ssh_extra_args']) ?? []),
  ]
  const hostKeyChecking =
    vars.boolean(['ansible_host_key_checking', 'ansible_ssh_host_key_checking']) ?? flags.hostKeyChecking
  const timeout = vars.number(['ansible_timeout', 'ansible_ssh_timeout'], 0.001, 86_400) ?? flags.timeout
  const settings: ConnectionSettings = {
    kind: connectionKind(vars, flags),
    host: vars.text(['ansible_ssh_host', 'ansible_host']) ?? host.name,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(key === undefined ? {} : { privateKeyFile: withHome(key) }),
    ...(passphrase === undefined ? {} : { privateKeyPassphrase: passphrase }),
    ...(sshArgs.length === 0 ? {} : { sshArgs }),
    ...(hostKeyChecking === undefined ? {} : { hostKeyChecking }),
    ...(timeout === undefined ? {} : { timeout }),
    ...becomeSettings(vars, flags),
  }
  if (vars.errors.length > 0) throw new AggregatePlaybookError(vars.errors)
  return settings
}

/**
 * Whether the host's variables ask for another user at every task (`ansible_become`); undefined if they say nothing.
 *
 * @throws Faults with E_CONNECTION_VAR where it is no boolean
 */
export function becomesByDefault(host: InventoryHost): boolean | undefined {
  const vars = new TypedVars(host)
  const becomes = vars.boolean(['ansible_become'])
  if (vars.errors.length > 0) throw new AggregatePlaybookError(vars.errors)
  return becomes
}

function connectionKind(vars: TypedVars, flags: ConnectionFlags): ConnectionSettings['kind'] {
  const name = vars.text(['ansible_connection']) ?? flags.connection ?? 'ssh'
  const kind = Object.hasOwn(connectionKinds, name) ? connectionKinds[name] : undefined
  if (kind) return kind
  const hint = didYouMean(name, Object.keys(connectionKinds)) ?? 'There are ssh and local.'
  vars.addError('E_CONNECTION_KIND', 'ansible_connection', `"${name}" is no kind of connection`, hint)
  return 'ssh'
}

function withHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path
}
