// Hosts: in the inventory, with connection settings, and as a play sees them.

import type { BecomeMethod } from './become.ts'
import type { SourceLocation } from './errors/location.ts'
import type { Secret } from './secrets/secret.ts'

/** A host of the inventory, its variables merged from groups, group_vars and host_vars. */
export type InventoryHost = {
  readonly name: string
  /** The groups it is in, without `all`, parents included, in Ansible's order. */
  readonly groups: readonly string[]
  readonly vars: { readonly [name: string]: unknown }
  /** Where a variable, or a part of one (`['instances', 1, 'http']`), was written. */
  readonly where: (path: readonly PropertyKey[]) => SourceLocation | undefined
}

/** How to reach a host and become another user there, from its `ansible_*` variables and the command line. */
export type ConnectionSettings = {
  readonly kind: 'ssh' | 'local'
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly password?: Secret
  readonly privateKeyFile?: string
  readonly privateKeyPassphrase?: Secret
  /** As on ssh's command line: `-o UserKnownHostsFile=…`, `-J jump`. */
  readonly sshArgs?: readonly string[]
  /** Whether an unknown or changed host key is refused; undefined: as ssh_config says, refused if it says nothing. */
  readonly hostKeyChecking?: boolean
  /** Seconds until a connect is given up; 10 if not given. */
  readonly timeout?: number
  readonly become: BecomeSettings
  /** By the other methods, where a play or a task names one: as `become` if not given. */
  readonly becomeOtherwise?: readonly BecomeSettings[]
}

export type BecomeSettings = {
  readonly method: BecomeMethod
  /** true: the host's own variables name the method, and what its play says is weaker. */
  readonly isMethodGiven?: boolean
  readonly user: string
  /** Of the login user for sudo and doas, of the user to become for su. */
  readonly password?: Secret
  /** Path of the program; the method's name if not given. */
  readonly program?: string
  /** Words for the program, in place of its usual ones: `-H` for sudo, none for su and doas. */
  readonly flags?: readonly string[]
}

/** How to become another user by a method: the settings of that method, or else those of the host's own. */
export function becomeSettingsFor(
  method: BecomeMethod,
  { become, becomeOtherwise = [] }: Pick<ConnectionSettings, 'become' | 'becomeOtherwise'>,
): BecomeSettings {
  if (method === become.method) return become
  return becomeOtherwise.find((each) => each.method === method) ?? { ...become, method }
}

/** A host as a play's `tasks` sees it: `vars` as the play's schema made them, `facts` as its probes parsed them. */
export type PlayHost<V = Record<string, unknown>, F = Record<string, unknown>> = {
  readonly name: string
  /** `ansible_host`, or the name. */
  readonly address: string
  readonly groups: readonly string[]
  readonly vars: V
  /** Read on the host. Touching it before it was read costs a trip. */
  readonly facts: F
  /** The hosts of a group or pattern, in inventory order: for what one host must know of the others. */
  readonly hosts: (pattern: string) => readonly OtherHost[]
}

/** Another host of the inventory, as seen from a play; its variables are not checked by the play's schema. */
export type OtherHost = {
  readonly name: string
  readonly address: string
  readonly groups: readonly string[]
  readonly vars: { readonly [name: string]: unknown }
}
