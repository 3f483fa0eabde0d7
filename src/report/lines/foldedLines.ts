// Folds equal lines of many hosts, which come within seconds, into one.

import { groupLabel, hostNames } from '../text/hostNames.ts'
import { withoutOwn } from '../text/withoutOwn.ts'

/** The lines of an event for a host, or for a group of hosts by its label. */
export type Render = (label: string) => readonly string[]

type Group = { readonly render: Render; readonly hosts: Set<string>; readonly since: number; last: number }

type FoldOptions = {
  readonly now: () => number
  /** The hosts of the play: a line of all of them waits for nobody else. */
  readonly hosts: readonly string[]
  /** Formats the names of a group that is not of most hosts. */
  readonly namesLine: (names: string) => string
}

const quietMs = 2000
const longestMs = 10_000
const namesWidth = 72

export class FoldedLines {
  readonly #options: FoldOptions
  readonly #groups = new Map<string, Group>()

  constructor(options: FoldOptions) {
    this.#options = options
  }

  /** Keeps lines; gives those that are complete, because every host has them. */
  add(host: string, render: Render): string[] {
    const now = this.#options.now()
    const text = render('')
      .map((line) => withoutOwn(line, host))
      .join('\n')
    // The same again of one host is another line.
    let key = text
    while (this.#groups.get(key)?.hosts.has(host)) key += '\n'
    const group = this.#groups.get(key) ?? { render, hosts: new Set(), since: now, last: now }
    group.hosts.add(host)
    group.last = now
    this.#groups.set(key, group)
    if (group.hosts.size < this.#options.hosts.length) return []
    // What came before it comes from no other host any more.
    const earlier = [...this.#groups.values()]
    const last = earlier.indexOf(group)
    return this.#taken((each) => earlier.indexOf(each) <= last)
  }

  /** The lines for which no other host has come for some time. */
  overdue(): string[] {
    const now = this.#options.now()
    return this.#taken(({ since, last }) => now - last >= quietMs || now - since >= longestMs)
  }

  flush(): string[] {
    return this.#taken(() => true)
  }

  #taken(isDue: (group: Group) => boolean): string[] {
    const due = [...this.#groups].filter(([, group]) => isDue(group))
    for (const [key] of due) this.#groups.delete(key)
    return due.flatMap(([, group]) => this.#lines(group))
  }

  #lines({ render, hosts: members }: Group): string[] {
    const { hosts: all } = this.#options
    const hosts = [...members].sort((one, other) => all.indexOf(one) - all.indexOf(other))
    const [first = ''] = hosts
    if (hosts.length === 1) return [...render(first)]
    const lines = render(groupLabel(hosts)).map((line) => withoutOwn(line, first))
    // Of most hosts it is of more interest on which it is not.
    if (hosts.length > all.length / 2) return lines
    return [...lines, this.#options.namesLine(hostNames(hosts, namesWidth))]
  }
}
