// Keeps the facts of hosts that have been read, and tells which have to be read.

import type { FactName, HostFacts } from '../../model/facts.ts'
import type { Probes } from '../../model/probe.ts'
import type { TaskOptions } from '../../model/task.ts'

/** Facts of a host: those that a play or a role declares, or one that is built in; and as which user they are read. */
export type FactRequest = {
  readonly host: string
  readonly facts: Probes | FactName
  readonly options: Pick<TaskOptions, 'become' | 'becomeMethod'>
}

/** Thrown where facts are looked at that have not been read yet. */
export class FactsNeeded extends Error {
  readonly requests: readonly FactRequest[]

  constructor(requests: readonly FactRequest[]) {
    super(`Facts of ${requests.map(({ host }) => host).join(', ')} have not been read yet.`)
    this.requests = requests
  }
}

/** What a built-in fact probably is; undefined: nobody knows. */
type GuessFact = (host: string, name: FactName) => { readonly value: unknown } | undefined

export class FactStore {
  readonly #guess: GuessFact | undefined
  /** By host, as is what was looked at: a play may look at a fact of each of many hosts. */
  readonly #read: ReadonlyMap<string, readonly ReadFact[]>
  readonly #added = new Map<string, ReadFact[]>()
  readonly #touched = new Map<string, FactRequest[]>()

  /** With a guess, facts that have not been read have the values that it gives. */
  constructor(guess?: GuessFact, read?: FactStore) {
    this.#guess = guess
    this.#read = read ? read.#added : new Map()
  }

  /** What was looked at and has not been read, each once. */
  get unread(): readonly FactRequest[] {
    return [...this.#touched.values()].flat().filter((request) => !this.#find(request))
  }

  /** @throws FactsNeeded where it has not been read, and cannot be guessed; what `add` was given to throw */
  read(request: FactRequest): unknown {
    const { host, facts } = request
    const touched = listOf(this.#touched, host)
    if (!touched.some((each) => isSame(each, request))) touched.push(request)
    const found = this.#find(request)
    if (found) return found.get()
    const guessed = typeof facts === 'string' ? this.#guess?.(host, facts) : undefined
    if (guessed) return guessed.value
    throw new FactsNeeded([request])
  }

  /** The values of built-in facts that have been looked at, by host. */
  builtIn(): ReadonlyMap<string, Partial<HostFacts>> {
    const valuesOf = (request: FactRequest) => {
      if (typeof request.facts !== 'string') return []
      try {
        return [[request.facts, this.read(request)] as const]
      } catch {
        return []
      }
    }
    const hosts = [...this.#touched]
    return new Map(hosts.map(([host, requests]) => [host, Object.fromEntries(requests.flatMap(valuesOf))]))
  }

  /** `get` gives the value, or throws why there is none. */
  add(request: FactRequest, get: () => unknown): void {
    if (!this.#find(request)) listOf(this.#added, request.host).push({ request, get })
  }

  #find(request: FactRequest): ReadFact | undefined {
    const isIt = (each: ReadFact) => isSame(each.request, request)
    return this.#added.get(request.host)?.find(isIt) ?? this.#read.get(request.host)?.find(isIt)
  }
}

type ReadFact = { readonly request: FactRequest; readonly get: () => unknown }

function listOf<T>(lists: Map<string, T[]>, host: string): T[] {
  const list = lists.get(host) ?? []
  if (list.length === 0) lists.set(host, list)
  return list
}

function isSame(one: FactRequest, other: FactRequest): boolean {
  const [{ become, becomeMethod }, options] = [one.options, other.options]
  return (
    one.host === other.host &&
    one.facts === other.facts &&
    become === options.become &&
    becomeMethod === options.becomeMethod
  )
}
