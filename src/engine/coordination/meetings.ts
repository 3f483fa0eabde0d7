// Lets the hosts of a batch wait for one another at a task, and act there once for all.

import type { PlannedTask } from '../plan/plannedTask.ts'

type Place = { readonly items: readonly PlannedTask[]; readonly index: number }

type Meeting = {
  readonly item: PlannedTask
  readonly arrived: Set<string>
  readonly begin: () => void
  readonly result: Promise<unknown>
  hasBegun: boolean
}

/** One for each batch of hosts. */
export class Meetings {
  /** In the order of the play. */
  readonly #hosts: readonly string[]
  readonly #places = new Map<string, Place>()
  readonly #gone = new Set<string>()
  /** Hosts that wait for another host, elsewhere. */
  readonly #aside = new Set<string>()
  readonly #meetings = new Map<string, Meeting>()
  /** How often a host has come to a task: a block may be tried again. */
  readonly #visits = new Map<string, number>()

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts
  }

  /** The host is at the task at `index`, and those after it lie ahead of it. */
  at(host: string, items: readonly PlannedTask[], index: number): void {
    this.#places.set(host, { items, index })
    this.#beginSome()
  }

  /** The host has ended, or will never begin. */
  leave(host: string): void {
    this.#gone.add(host)
    this.#beginSome()
  }

  /** The host waits for another one, until it is `back`. */
  aside(host: string): void {
    this.#aside.add(host)
    this.#beginSome()
  }

  back(host: string): void {
    this.#aside.delete(host)
  }

  /**
   * Waits until all hosts have come to the task that may come to it, acts once for them, and gives the result to each. A
   * host that comes later meets with those that come as late; `key` is the same for them. `onWait` is called with the hosts to wait for.
   */
  meet<T>(
    host: string,
    item: PlannedTask,
    act: (hosts: readonly string[], key: string) => Promise<T>,
    onWait: (hosts: readonly string[]) => void,
  ): Promise<T> {
    const visitKey = `${item.key} ${host}`
    const visit = (this.#visits.get(visitKey) ?? 0) + 1
    this.#visits.set(visitKey, visit)
    const key = `${this.#hosts[0]} ${item.key} ${visit}`
    const known = this.#meetings.get(key)
    const meeting = known && !known.hasBegun ? known : this.#newMeeting(item, (hosts) => act(hosts, key))
    this.#meetings.set(key, meeting)
    meeting.arrived.add(host)
    this.#beginSome()
    if (!meeting.hasBegun) onWait(this.#coming(meeting))
    return meeting.result as Promise<T>
  }

  #newMeeting(item: PlannedTask, act: (hosts: readonly string[]) => Promise<unknown>): Meeting {
    const arrived = new Set<string>()
    let begin = () => {}
    const result = new Promise<void>((resolve) => {
      begin = resolve
    }).then(() => act(this.#hosts.filter((host) => arrived.has(host))))
    result.catch(() => {})
    return { item, arrived, begin, result, hasBegun: false }
  }

  /** Where all hosts wait, for one another in a circle, the first of them does not. */
  #beginSome(): void {
    const open = [...this.#meetings.values()].filter(({ hasBegun }) => !hasBegun)
    if (open.length === 0) return
    const complete = open.filter((meeting) => this.#coming(meeting).length === 0)
    const areAllWaiting = this.#hosts.every(
      (host) =>
        this.#gone.has(host) || this.#aside.has(host) || open.some(({ arrived }) => arrived.has(host)),
    )
    const ready = complete.length === 0 && areAllWaiting ? open.slice(0, 1) : complete
    for (const meeting of ready) {
      meeting.hasBegun = true
      meeting.begin()
    }
  }

  #coming({ item, arrived }: Meeting): string[] {
    const keys = new Set<string>()
    for (let each: PlannedTask | undefined = item; each; each = each.givenBy) keys.add(each.key)
    return this.#hosts.filter((host) => {
      if (this.#gone.has(host) || arrived.has(host)) return false
      const place = this.#places.get(host)
      return !place || place.items.slice(place.index).some(({ key }) => keys.has(key))
    })
  }
}
