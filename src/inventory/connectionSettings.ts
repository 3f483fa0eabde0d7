// How to reach a host: its `ansible_*` variables, and what the command line says where they say nothing.

import { homedir } from 'node:os'
import { Faults, PlaybookError } from '../model/error.ts'
import type { BecomeSettings, ConnectionSettings, InventoryHost } from '../model/host.ts'
import { Secret } from '../model/secret.ts'
import { didYouMean } from '../model/suggest.ts'
import { holdsJinja, jinjaFault } from './jinja.ts'
import { describeValue } from './located.ts'
import { shellSplit } from './shellSplit.ts'

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
  readonly becomeMethod?: string
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
  const vars = new ConnectionVars(host)
  const port = vars.number(['ansible_port', 'ansible_ssh_port'], 1, 65535)
  const user = vars.text(['ansible_user', 'ansible_ssh_user']) ?? flags.user
  const password =
    vars.secret(['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password']) ?? flags.password
  const key = vars.text(['ansible_private_key_file', 'ansible_ssh_private_key_file']) ?? flags.privateKeyFile
  const passphrase =
    vars.secret(['ansible_private_key_passphrase', 'ansible_ssh_private_key_passphrase']) ??
    flags.privateKeyPassphrase
  const sshArgs = [
    ...vars.words('ansible_ssh_args'),
    ...(flags.sshArgs ?? []),
    ...vars.words('ansible_ssh_common_args'),
    ...vars.words('ansible_ssh_extra_args'),
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
    become: becomeSettings(vars, flags),
  }
  if (vars.faults.length > 0) throw new Faults(vars.faults)
  return settings
}

/**
 * Whether the host's variables ask for another user at every task (`ansible_become`); undefined if they say nothing.
 *
 * @throws Faults with E_CONNECTION_VAR where it is no boolean
 */
export function becomesByDefault(host: InventoryHost): boolean | undefined {
  const vars = new ConnectionVars(host)
  const wanted = vars.boolean(['ansible_become'])
  if (vars.faults.length > 0) throw new Faults(vars.faults)
  return wanted
}

function connectionKind(vars: ConnectionVars, flags: ConnectionFlags): ConnectionSettings['kind'] {
  const name = vars.text(['ansible_connection']) ?? flags.connection ?? 'ssh'
  const kind = Object.hasOwn(connectionKinds, name) ? connectionKinds[name] : undefined
  if (kind) return kind
  const hint = didYouMean(name, Object.keys(connectionKinds)) ?? 'There are ssh and local.'
  vars.fault('E_CONNECTION_KIND', 'ansible_connection', `"${name}" is no kind of connection`, hint)
  return 'ssh'
}

function becomeSettings(vars: ConnectionVars, flags: ConnectionFlags): BecomeSettings {
  const method = vars.text(['ansible_become_method']) ?? flags.becomeMethod ?? 'sudo'
  if (method !== 'sudo' && method !== 'ansible.builtin.sudo') {
    vars.fault(
      'E_BECOME_METHOD',
      'ansible_become_method',
      `"${method}" is no way to become another user`,
      'There is sudo.',
    )
  }
  const password =
    vars.secret(['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass']) ??
    flags.becomePassword
  const program = vars.text(['ansible_become_exe', 'ansible_sudo_exe'])
  return {
    method: 'sudo',
    user: vars.text(['ansible_become_user', 'ansible_sudo_user']) ?? flags.becomeUser ?? 'root',
    ...(password === undefined ? {} : { password }),
    ...(program === undefined ? {} : { program }),
  }
}

/** Reads a host's variables as the types that connections want; what does not fit becomes a fault. */
class ConnectionVars {
  readonly faults: PlaybookError[] = []
  readonly #host: InventoryHost

  constructor(host: InventoryHost) {
    this.#host = host
  }

  text(names: readonly string[]): string | undefined {
    return this.#read(names, 'text', (value) =>
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    )
  }

  secret(names: readonly string[]): Secret | undefined {
    const name = this.#lastSet(names)
    const value = name === undefined ? undefined : this.#host.vars[name]
    if (value instanceof Secret) return value
    const text = this.text(names)
    return text === undefined ? undefined : new Secret(text)
  }

  number(names: readonly string[], from: number, to: number): number | undefined {
    const expected = to === 65535 ? 'a port (1-65535)' : 'a number of seconds'
    return this.#read(names, expected, (value) => {
      const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
      const isWhole = to !== 65535 || Number.isInteger(number)
      return typeof number === 'number' && isWhole && number >= from && number <= to ? number : undefined
    })
  }

  boolean(names: readonly string[]): boolean | undefined {
    return this.#read(names, 'yes or no', (value) => {
      const word = String(value).toLowerCase()
      if (['yes', 'true', 'on', '1', 'y', 't'].includes(word)) return true
      return ['no', 'false', 'off', '0', 'n', 'f'].includes(word) ? false : undefined
    })
  }

  words(name: string): string[] {
    const words = this.#read([name], 'words as a shell has them, every quote closed', (value) => {
      if (typeof value !== 'string') return undefined
      try {
        return shellSplit(value)
      } catch {
        return undefined
      }
    })
    return words ?? []
  }

  fault(code: string, name: string, message: string, hint?: string): void {
    const where = this.#host.where([name])
    const text = `${this.#host.name}: ${name}: ${message}`
    this.faults.push(
      new PlaybookError(code, text, { ...(where ? { where } : {}), ...(hint ? { hint } : {}) }),
    )
  }

  #read<T>(
    names: readonly string[],
    expected: string,
    parse: (value: unknown) => T | undefined,
  ): T | undefined {
    const name = this.#lastSet(names)
    if (name === undefined) return undefined
    const given = this.#host.vars[name]
    const value = given instanceof Secret ? given.reveal() : given
    if (typeof given === 'string' && holdsJinja(given)) {
      this.faults.push(jinjaFault(`${this.#host.name}: ${name}`, this.#host.where([name])))
      return undefined
    }
    const parsed = parse(value)
    if (parsed === undefined)
      this.fault('E_CONNECTION_VAR', name, `expected ${expected}, got ${describeValue(given)}`)
    return parsed
  }

  #lastSet(names: readonly string[]): string | undefined {
    return names.findLast((name) => this.#host.vars[name] !== undefined && this.#host.vars[name] !== null)
  }
}

function withHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path
}
