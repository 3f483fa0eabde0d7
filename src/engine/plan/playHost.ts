// Makes the host object that a play's `tasks` receives.

import { PlaybookError } from '../../model/errors/error.ts'
import { thrownAt } from '../../model/errors/location.ts'
import type { InventoryHost, OtherHost, PlayHost } from '../../model/host.ts'

/** Thrown by `host.facts` before the facts have been read. */
export class FactsNeeded extends Error {}

export type HostSelector = {
  /** The hosts of a pattern. @throws PlaybookError E_UNKNOWN_GROUP */
  readonly select: (pattern: string) => readonly InventoryHost[]
}

export function playHost(
  host: InventoryHost,
  vars: unknown,
  facts: Record<string, unknown> | undefined,
  inventory: HostSelector,
  // biome-ignore lint/suspicious/noExplicitAny: a play's own types are forgotten here
): PlayHost<any, any> {
  return {
    name: host.name,
    address: addressOf(host),
    groups: host.groups,
    vars,
    get facts() {
      if (!facts) throw new FactsNeeded(`The facts of ${host.name} have not been read yet.`)
      return facts
    },
    hosts: (pattern) => atCaller(() => inventory.select(pattern)).map(otherHost),
  }
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

function otherHost(host: InventoryHost): OtherHost {
  return { name: host.name, address: addressOf(host), groups: host.groups, vars: host.vars }
}

function addressOf(host: InventoryHost): string {
  const { ansible_host: address } = host.vars
  return typeof address === 'string' ? address : host.name
}
