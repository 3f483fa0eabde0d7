// Makes the host object that the `tasks` of a play or a role receives.

import { once } from '../../model/concurrency/once.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { type SourceLocation, thrownAt } from '../../model/errors/location.ts'
import { type FactName, factNames } from '../../model/facts.ts'
import {
  type InventoryHost,
  LateVars,
  type OtherHost,
  type PlayHost,
  type VarContext,
} from '../../model/host.ts'

export type HostSelector = {
  /** The hosts of a pattern. @throws PlaybookError E_UNKNOWN_GROUP */
  readonly select: (pattern: string) => readonly InventoryHost[]
  /** The names of all groups, those without hosts too. */
  readonly groupNames?: () => Iterable<string>
  /**
   * The variables of hosts as a schema types them; without one, as they are.
   *
   * @param owner what needs them, for the errors
   * @throws AggregatePlaybookError with the errors of all these hosts
   */
  readonly varsOf: (
    schema: unknown,
    hosts: readonly InventoryHost[],
    owner: {
      readonly name: string
      readonly where?: SourceLocation
      readonly folders?: readonly string[] | undefined
    },
  ) => ReadonlyMap<InventoryHost, unknown>
}

/** What a play or a role sees of a host as its own, and how it reads facts of any host. */
type OwnValues = {
  readonly vars: unknown
  readonly read: (host: string, fact: FactName | 'facts') => unknown
  /** What variables of the inventory see. */
  readonly context: VarContext
}

export function playHost(
  host: InventoryHost,
  own: OwnValues,
  owner: { readonly name: string },
  inventory: HostSelector,
  // biome-ignore lint/suspicious/noExplicitAny: a play's own types are forgotten here
): PlayHost<any, any> {
  const hosts = (pattern: string, schema?: unknown): OtherHost[] => {
    const found = atCaller(() => inventory.select(pattern))
    const where = schema === undefined ? undefined : thrownAt(new Error('place'))
    const vars = inventory.varsOf(schema, found, { name: owner.name, where, folders: own.context.folders })
    return found.map((each) => otherHost(each, vars.get(each), own))
  }
  return Object.assign(otherHost(host, own.vars, own), { hosts })
}

/** An error is given the place in the playbook from which it comes. */
function atCaller<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    throw thrown.with({ where: thrown.where ?? thrownAt(thrown) })
  }
}

function otherHost(host: InventoryHost, vars: unknown, { read, context }: OwnValues): OtherHost {
  const seen = new SeenHost(host, vars, read)
  if (vars instanceof LateVars) Object.defineProperty(seen, 'vars', { get: once(() => vars.with(context)) })
  return seen as unknown as OtherHost
}

/**
 * A host whose facts are read where something looks at them. They belong to the class: to copy or print a host reads
 * none, and each of many hosts costs no more for them.
 */
class SeenHost {
  readonly #read: OwnValues['read']
  readonly name: string
  readonly address: string
  readonly groups: readonly string[]
  readonly vars: unknown

  static {
    for (const fact of ['facts', ...factNames] as const) {
      const get = function (this: SeenHost) {
        return this.#read(this.name, fact)
      }
      Object.defineProperty(SeenHost.prototype, fact, { get })
    }
  }

  constructor(host: InventoryHost, vars: unknown, read: OwnValues['read']) {
    this.#read = read
    this.name = host.name
    this.address = addressOf(host)
    this.groups = host.groups
    this.vars = vars
  }
}

function addressOf(host: InventoryHost): string {
  const { ansible_host: address } = host.vars
  return typeof address === 'string' ? address : host.name
}
