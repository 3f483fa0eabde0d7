// Hosts: in the inventory, with connection settings, and as a play sees them.

import type { z } from 'zod'
import type { BecomeMethod } from './become.ts'
import type { SourceLocation } from './errors/location.ts'
import type { HostFacts } from './facts.ts'
import type { Secret } from './secrets/secret.ts'

/** An inventory host, with its variables merged from groups, group_vars and host_vars. */
export type InventoryHost = {
  readonly name: string
  /** Its groups, including parents but not `all`, in Ansible's order. */
  readonly groups: readonly string[]
  readonly vars: { readonly [name: string]: unknown }
  /**
   * A variable as templates see it: `1.0` keeps its point, and members of lists and mappings are evaluated when they are
   * read. Undefined where `vars` has all that there is to know.
   */
  readonly templateValue?: (name: string) => unknown
  /** The host with variables that see more; undefined where this makes no difference to any of them. */
  readonly seeing?: ((context: VarContext) => InventoryHost) | undefined
  /** Where a variable, or a part of one (`['instances', 1, 'http']`), is set; of `[]`, where the host is named. */
  readonly where: (path: readonly PropertyKey[]) => SourceLocation | undefined
}

/** A fact of a host by Ansible's name without `ansible_`; undefined: there is none. It may throw to have facts read first. */
export type ReadAnsibleFact = (host: string, name: string) => unknown

/** What variables see besides the inventory. */
export type VarContext = {
  /** Reads facts; without it they are undefined. */
  readonly read?: ReadAnsibleFact | undefined
  /** The folders of the role that reads them, in which the lookup `file` searches first. */
  readonly folders?: readonly string[] | undefined
}

/** The variables of a host of which some use facts. */
export class LateVars {
  /** @throws PlaybookError for what cannot be evaluated or is not as its schema wants it; what `context.read` throws */
  readonly with: (context: VarContext) => unknown

  constructor(make: LateVars['with']) {
    this.with = make
  }
}

/** Programs of this machine that run commands in containers; `machinectl` is systemd's. */
const containerKinds = ['docker', 'podman', 'machinectl'] as const
export type ContainerKind = (typeof containerKinds)[number]

/** The values of `-c`; `smart` is ssh. */
export const connectionTypes = ['ssh', 'smart', 'local', ...containerKinds] as const
export type ConnectionType = (typeof connectionTypes)[number]

/** How to connect to a host and become another user, from its `ansible_*` variables and the command line. */
export type ConnectionSettings = {
  readonly kind: 'ssh' | 'local' | ContainerKind
  /** Where the connection goes: an address, or the name of a container. */
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly password?: Secret
  readonly privateKeyFile?: string
  readonly privateKeyPassphrase?: Secret
  /** Arguments as on ssh's command line: `-o UserKnownHostsFile=…`, `-J jump`. */
  readonly sshArgs?: readonly string[]
  /** Arguments of docker or podman, before its command: `-H ssh://build-01`. */
  readonly containerArgs?: readonly string[]
  /** Whether to refuse an unknown or changed host key. Default: as in ssh_config, or true. */
  readonly hostKeyChecking?: boolean
  /** Connection timeout in seconds. Default 10. */
  readonly timeout?: number
  readonly become: BecomeSettings
  /** Settings of other methods, for plays and tasks that name one. Default: as `become`. */
  readonly becomeOtherwise?: readonly BecomeSettings[]
}

export type BecomeSettings = {
  readonly method: BecomeMethod
  /** true: the host's own variables set the method, which overrides that of the play. */
  readonly isMethodGiven?: boolean
  readonly user: string
  /** The login user's password for sudo and doas; that of the user to become for su. */
  readonly password?: Secret
  /** Path of the program. Default: the method's name. */
  readonly program?: string
  /** Arguments of the program, instead of the default: `-H` for sudo, none for su and doas. */
  readonly flags?: readonly string[]
  /** true: sudo has refused to run without a terminal (requiretty), so it is given one. */
  readonly inTerminal?: boolean
}

/** The settings of a become method, or the host's default settings if that method has none. */
export function becomeSettingsFor(
  method: BecomeMethod,
  { become, becomeOtherwise = [] }: Pick<ConnectionSettings, 'become' | 'becomeOtherwise'>,
): BecomeSettings {
  if (method === become.method) return become
  return becomeOtherwise.find((each) => each.method === method) ?? { ...become, method }
}

/**
 * A host as a play's `tasks` sees it: `vars` parsed by the play's schema, `facts` parsed by its probes, and the facts
 * that are built in, such as `host.os`. A fact is read when it is looked at: the function is called again once the
 * values are there.
 */
export type PlayHost<V = Record<string, unknown>, F = Record<string, unknown>> = HostFacts & {
  readonly name: string
  /** `ansible_host`, or the name: where the connection goes. The address of the default route is in `defaultIpv4`. */
  readonly address: string
  readonly groups: readonly string[]
  readonly vars: V
  /** The facts that the play declares. */
  readonly facts: F
  /**
   * The hosts that match a group or pattern, in inventory order, for configuration that refers to other hosts. With a
   * schema their variables are typed by it, and checked before the first connection: `host.hosts('web', webVars)`.
   */
  readonly hosts: SelectHosts<F>
}

type SelectHosts<F> = {
  (pattern: string): readonly OtherHost<{ readonly [name: string]: unknown }, F>[]
  <S extends z.ZodType>(pattern: string, schema: S): readonly OtherHost<z.output<S>, F>[]
}

/**
 * Another inventory host, as seen from a play. Its variables are typed only by a schema given to `hosts`. Its facts are
 * read like a host's own, also where it has no task in the play; a host that needs facts of one that cannot be reached
 * fails.
 */
export type OtherHost<V = { readonly [name: string]: unknown }, F = Record<string, unknown>> = HostFacts & {
  readonly name: string
  readonly address: string
  readonly groups: readonly string[]
  readonly vars: V
  /** The facts that the play declares, of this host. */
  readonly facts: F
}
