// Keeps the facts of plays and roles on one host, and tells which have to be read.

import type { Probes } from '../../model/probe.ts'
import type { TaskOptions } from '../../model/task.ts'

/** Facts of a play or a role, and as which user they are read. */
export type FactRequest = {
  readonly probes: Probes
  readonly options: Pick<TaskOptions, 'become' | 'becomeMethod'>
}

/** Thrown by `host.facts` before the facts have been read. */
export class FactsNeeded extends Error {
  readonly requests: readonly FactRequest[]

  constructor(requests: readonly FactRequest[]) {
    super('Facts have not been read yet.')
    this.requests = requests
  }
}

/** The facts that are known; plays and roles see their own only. */
export class HostFacts {
  readonly #values = new Map<Probes, Map<string, Record<string, unknown>>>()

  /** @throws FactsNeeded where they are not known yet */
  of(request: FactRequest): Record<string, unknown> {
    const values = this.#values.get(request.probes)?.get(userKey(request))
    if (!values) throw new FactsNeeded([request])
    return values
  }

  add(request: FactRequest, values: Record<string, unknown>): void {
    const { probes } = request
    this.#values.set(probes, (this.#values.get(probes) ?? new Map()).set(userKey(request), values))
  }

  /** The requests, each once. */
  static distinct(requests: readonly FactRequest[]): FactRequest[] {
    const seen = new HostFacts()
    return requests.filter((request) => {
      if (seen.#values.get(request.probes)?.has(userKey(request))) return false
      seen.add(request, {})
      return true
    })
  }
}

function userKey({ options: { become, becomeMethod } }: FactRequest): string {
  return JSON.stringify([become, becomeMethod])
}
