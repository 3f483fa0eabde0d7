// Names a group of hosts: each of a few, or a number of many.

import { sanitize } from '../output/sanitize.ts'
import { plural } from './summaries.ts'

/** `web-01`, or `12 hosts`. */
export function groupLabel(hosts: readonly string[]): string {
  return hosts.length === 1 ? sanitize(hosts[0]!) : plural(hosts.length, 'host')
}

/** `web-01 web-02 web-03`, or the first of them: `web-01 web-02 and 195 more`. At least one is named. */
export function hostNames(hosts: readonly string[], columns: number): string {
  const whole = hosts.map(sanitize).join(' ')
  if (whole.length <= columns) return whole
  const named: string[] = []
  let width = ` and ${hosts.length} more`.length
  for (const name of hosts.map(sanitize)) {
    width += name.length + 1
    if (named.length > 0 && width > columns) break
    named.push(name)
  }
  return `${named.join(' ')} and ${hosts.length - named.length} more`
}
