// Makes the host object that a play's `tasks` receives.

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
    hosts: (pattern) => inventory.select(pattern).map(otherHost),
  }
}

function otherHost(host: InventoryHost): OtherHost {
  return { name: host.name, address: addressOf(host), groups: host.groups, vars: host.vars }
}

function addressOf(host: InventoryHost): string {
  const { ansible_host: address } = host.vars
  return typeof address === 'string' ? address : host.name
}
