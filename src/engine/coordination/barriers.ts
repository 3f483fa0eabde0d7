// Barriers at which the hosts of a batch wait for one another, and where one acts for all.

import type { PlannedTask } from '../plan/plannedTask.ts'

type Position = { readonly items: readonly PlannedTask[]; readonly index: number }

type Barrier = {
  readonly item: PlannedTask
  readonly arrived: Set<string>
  readonly begin: () => void
  readonly result: Promise<unknown>
  hasBegun: boolean
}

/** One for each batch of hosts. */
export class Barriers {
  /** In the order of the play. */
  readonly #hosts: readonly string[]
  readonly #positions = new Map<string, Position>()
  readonly #gone = new Set<string>()
  /** Hosts that wait for another host, elsewhere. */
  readonly #aside = new Set<string>()
  readonly #barriers = new Map<string, Barrier>()
  /** How often a host has come to a task: a block may be tried again. */
  readonly #visits = new Map<string, number>()

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts
  }

  /** The host is at the task at `index`, and those after it lie ahead of it. */
  at(host: string, items: readonly PlannedTask[], index: number): void {
    this.#positions.set(host, { items, index })
    this.#openSome()
  }

  /** The host has ended, or will never begin. */
  leave(host: string): void {
    this.#gone.add(host)
    this.#openSome()
  }

  /** The host waits for another one, until it is `back`. */
  aside(host: string): void {
    this.#aside.add(host)
    this.#openSome()
  }

  back(host: string): void {
    this.#aside.delete(host)
  }

  /**
   * Waits until all hosts have come to the task that may come to it, acts once for them, and gives the result to each. A
   * host that comes later meets with those that come as late; `key` is the same for them. `onWait` is called with the hosts to wait for.
   */
  arrive<T>(
    host: string,
    item: PlannedTask,
    act: (hosts: readonly string[], key: string) => Promise<T>,
    onWait: (hosts: readonly string[]) => void,
  ): Promise<T> {
    const visitKey = `${item.key} ${host}`
    const visit = (this.#visits.get(visitKey) ?? 0) + 1
    this.#visits.set(visitKey, visit)
    const key = `${this.#hosts[0]} ${item.key} ${visit}`
    const known = this.#barriers.get(key)
    const barrier = known && !known.hasBegun ? known : this.#newBarrier(item, (hosts) => act(hosts, key))
    this.#barriers.set(key, barrier)
    barrier.arrived.add(host)
    this.#openSome()
    if (!barrier.hasBegun) onWait(this.#missing(barrier))
    return barrier.result as Promise<T>
  }

  #newBarrier(item: PlannedTask, act: (hosts: readonly string[]) => Promise<unknown>): Barrier {
    const arrived = new Set<string>()
    let begin = () => {}
    const result = new Promise<void>((resolve) => {
      begin = resolve
    }).then(() => act(this.#hosts.filter((host) => arrived.has(host))))
    result.catch(() => {})
    return { item, arrived, begin, result, hasBegun: false }
  }

  /** Where all hosts wait, for one another in a circle, the first of them does not. */
  #openSome(): void {
    const open = [...this.#barriers.values()].filter(({ hasBegun }) => !hasBegun)
    if (open.length === 0) return
    const complete = open.filter((barrier) => this.#missing(barrier).length === 0)
    const areAllWaiting = this.#hosts.every(
      (host) =>
        this.#gone.has(host) || this.#aside.has(host) || open.some(({ arrived }) => arrived.has(host)),
    )
    const ready = complete.length === 0 && areAllWaiting ? open.slice(0, 1) : complete
    for (const barrier of ready) {
      barrier.hasBegun = true
      barrier.begin()
    }
  }

  #missing({ item, arrived }: Barrier): string[] {
    const keys = new Set<string>()
    for (let each: PlannedTask | undefined = item; each; each = each.givenBy) keys.add(each.key)
    return this.#hosts.filter((host) => {
      if (this.#gone.has(host) || arrived.has(host)) return false
      const position = this.#positions.get(host)
      return !position || position.items.slice(position.index).some(({ key }) => keys.has(key))
    })
  }
}
