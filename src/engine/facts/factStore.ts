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
  readonly #read: { readonly request: FactRequest; readonly get: () => unknown }[]
  readonly #touched: FactRequest[] = []

  /** With a guess, facts that have not been read have the values that it gives. */
  constructor(guess?: GuessFact, read?: FactStore) {
    this.#guess = guess
    this.#read = read ? [...read.#read] : []
  }

  /** What was looked at, each once. */
  get touched(): readonly FactRequest[] {
    return this.#touched
  }

  /** What was looked at and has not been read. */
  get unread(): readonly FactRequest[] {
    return this.#touched.filter((request) => !this.#find(request))
  }

  /** @throws FactsNeeded where it has not been read, and cannot be guessed */
  read(request: FactRequest): unknown {
    if (!this.#touched.some((each) => isSame(each, request))) this.#touched.push(request)
    const found = this.#find(request)
    if (found) return found.get()
    const { host, facts } = request
    const guessed = typeof facts === 'string' ? this.#guess?.(host, facts) : undefined
    if (guessed) return guessed.value
    throw new FactsNeeded([request])
  }

  /** The built-in facts of a host that have been read and looked at. */
  builtIn(host: string): Partial<HostFacts> {
    const own = this.#touched.filter((request) => request.host === host && typeof request.facts === 'string')
    return Object.fromEntries(own.map((request) => [request.facts, this.read(request)]))
  }

  /** `get` gives the value, or throws what makes it unknown. */
  add(request: FactRequest, get: () => unknown): void {
    this.#read.push({ request, get })
  }

  #find(request: FactRequest) {
    return this.#read.find((each) => isSame(each.request, request))
  }
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
