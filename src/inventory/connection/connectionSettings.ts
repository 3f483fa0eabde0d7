// Reads how to connect to a host: its `ansible_*` variables, then the flags.

import { expandHome } from '../../files/home.ts'
import { AggregatePlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { ConnectionSettings, InventoryHost } from '../../model/host.ts'
import { hostNameProblem, userNameProblem } from '../../model/loginNames.ts'
import { type BecomeFlags, becomeSettings } from './becomeSettings.ts'
import { TypedVars } from './typedVars.ts'

type SharedSetting =
  | 'user'
  | 'password'
  | 'privateKeyFile'
  | 'privateKeyPassphrase'
  | 'sshArgs'
  | 'hostKeyChecking'
  | 'timeout'

/**
 * The flags for connections. As in Ansible, a host's own variable overrides a flag, and `-e ansible_user=…` overrides
 * both.
 */
export type ConnectionFlags = Partial<Pick<ConnectionSettings, SharedSetting>> &
  BecomeFlags & { readonly connection?: string }

const kinds: Readonly<Record<string, ConnectionSettings['kind']>> = {
  ssh: 'ssh',
  smart: 'ssh',
  paramiko: 'ssh',
  paramiko_ssh: 'ssh',
  'ansible.builtin.ssh': 'ssh',
  'ansible.builtin.paramiko_ssh': 'ssh',
  local: 'local',
  'ansible.builtin.local': 'local',
  docker: 'docker',
  'community.docker.docker': 'docker',
  podman: 'podman',
  'containers.podman.podman': 'podman',
  machinectl: 'machinectl',
}

/**
 * The settings to connect to a host and to become another user there. Passwords stay secrets; other values from a
 * vault are decrypted here. If Ansible has several names for a setting, the last one that is set wins.
 *
 * @throws AggregatePlaybookError with E_CONNECTION_VAR (a wrong type), E_CONNECTION_KIND, E_BECOME_METHOD, E_UNDEFINED,
 * each with the location of the variable
 * @example connectionSettings(inventory.host('web-01')!, { user: 'deploy' })
 */
export function connectionSettings(host: InventoryHost, flags: ConnectionFlags = {}): ConnectionSettings {
  const vars = new TypedVars(host)
  const key = vars.text(['ansible_private_key_file', 'ansible_ssh_private_key_file']) ?? flags.privateKeyFile
  const sshArgs = [
    ...(vars.words(['ansible_ssh_args']) ?? []),
    ...(flags.sshArgs ?? []),
    ...(vars.words(['ansible_ssh_common_args']) ?? []),
    ...(vars.words(['ansible_ssh_extra_args']) ?? []),
  ]
  const kind = connectionKind(vars, flags)
  const settings: ConnectionSettings = {
    kind,
    host:
      kind === 'local'
        ? (vars.text(['ansible_ssh_host', 'ansible_host']) ?? host.name)
        : vars.checked(['ansible_ssh_host', 'ansible_host'], hostNameProblem, true)!,
    port: vars.number(['ansible_port', 'ansible_ssh_port'], 1, 65535),
    user: vars.checked(['ansible_user', 'ansible_ssh_user'], userNameProblem) ?? flags.user,
    password: vars.secret(['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password']) ?? flags.password,
    privateKeyFile: key === undefined ? undefined : expandHome(key),
    privateKeyPassphrase:
      vars.secret(['ansible_private_key_passphrase', 'ansible_ssh_private_key_passphrase']) ??
      flags.privateKeyPassphrase,
    containerArgs: containerArgs(kind, vars),
    sshArgs: sshArgs.length > 0 ? sshArgs : undefined,
    hostKeyChecking:
      vars.boolean(['ansible_host_key_checking', 'ansible_ssh_host_key_checking']) ?? flags.hostKeyChecking,
    timeout: vars.number(['ansible_timeout', 'ansible_ssh_timeout'], 0.001, 86_400) ?? flags.timeout,
    ...becomeSettings(vars, flags),
  }
  if (vars.errors.length > 0) throw new AggregatePlaybookError(vars.errors)
  return settings
}

/**
 * Whether tasks on the host become another user by default (`ansible_become`); undefined if it is not set.
 *
 * @throws AggregatePlaybookError with E_CONNECTION_VAR if it is not a boolean
 */
export function becomesByDefault(host: InventoryHost): boolean | undefined {
  const vars = new TypedVars(host)
  const becomes = vars.boolean(['ansible_become'])
  if (vars.errors.length > 0) throw new AggregatePlaybookError(vars.errors)
  return becomes
}

function containerArgs(kind: ConnectionSettings['kind'], vars: TypedVars): string[] | undefined {
  if (kind === 'docker') return vars.words(['ansible_docker_extra_args'])
  return kind === 'podman' ? vars.words(['ansible_podman_extra_args']) : undefined
}

function connectionKind(vars: TypedVars, flags: ConnectionFlags): ConnectionSettings['kind'] {
  const name = vars.text(['ansible_connection']) ?? flags.connection ?? 'ssh'
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (kind) return kind
  const hint = didYouMean(name, Object.keys(kinds)) ?? 'Available: ssh, local, docker, podman, machinectl'
  vars.addError('E_CONNECTION_KIND', 'ansible_connection', `unknown connection "${name}"`, hint)
  return 'ssh'
}
