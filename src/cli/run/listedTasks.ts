// Lists the tasks of hosts; hosts with equal tasks share a list.

import { hostNames } from '../../report/text/hostNames.ts'
import { plural } from '../../report/text/summaries.ts'
import { withoutOwn } from '../../report/text/withoutOwn.ts'

/** A host, the note after its name, and the titles of its tasks. */
export type ListedTasks = { readonly host: string; readonly note: string; readonly titles: readonly string[] }

const foldsFrom = 5
const namesWidth = 72

export function listedTasks(hosts: readonly ListedTasks[]): string[] {
  const groups = new Map<string, ListedTasks[]>()
  for (const each of hosts) {
    const { host, note, titles } = each
    const text = JSON.stringify([note, ...titles.map((title) => withoutOwn(title, host))])
    const key = hosts.length < foldsFrom ? host : text
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()].flatMap((group) => {
    const [{ host, note, titles }, ...others] = group as [ListedTasks, ...ListedTasks[]]
    const names = hostNames(
      group.map((each) => each.host),
      namesWidth,
    )
    const label = others.length === 0 ? host : `${plural(group.length, 'host')}: ${names}`
    const shown = others.length === 0 ? titles : titles.map((title) => withoutOwn(title, host))
    return [`  ${label}${note}`, ...shown.map((title) => `    ${title}`)]
  })
}
