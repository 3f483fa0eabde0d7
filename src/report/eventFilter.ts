// Removes from a recorded run the events that the reader did not ask for.

import type { RunEvent } from '../model/run/event.ts'
import type { HostRecap } from '../model/run/outcome.ts'
import { createHostOutcomes } from './text/hostOutcomes.ts'

type Filter = {
  /** Names of hosts, with `*`, `?` and `[…]` as in a shell; undefined: all hosts. */
  readonly hosts?: readonly string[] | undefined
  /** Hosts only that failed, were unreachable, or did not come to their end. */
  readonly isFailedOnly: boolean
  /** Of the tasks those only that changed something, failed, or are unknown. */
  readonly isChangesOnly: boolean
}

/**
 * Gives for each event of a run what remains of it: undefined where nothing does. Plays in which no host remains are left
 * out.
 */
export function eventFilter(
  events: readonly RunEvent[],
  { hosts, isFailedOnly, isChangesOnly }: Filter,
): (event: RunEvent) => RunEvent | undefined {
  const failed = isFailedOnly ? failedHosts(events) : undefined
  const patterns = hosts?.map(patternOf)
  const isChosen = (host: string) =>
    (!failed || failed.has(host)) && (!patterns || patterns.some((pattern) => pattern.test(host)))
  const chosen = (recaps: readonly HostRecap[]) => recaps.filter(({ host }) => isChosen(host))
  return (event) => {
    switch (event.kind) {
      case 'playStart': {
        const rest = event.hosts.filter(isChosen)
        return rest.length > 0 ? { ...event, hosts: rest } : undefined
      }
      case 'playEnd': {
        const rest = chosen(event.hosts)
        return rest.length > 0 ? { ...event, hosts: rest } : undefined
      }
      case 'runEnd':
        return { ...event, recap: { ...event.recap, hosts: chosen(event.recap.hosts) } }
      case 'hostEnd':
        return isChosen(event.recap.host) ? event : undefined
      case 'taskEnd':
        if (isChangesOnly && /^(ok|skipped)$/.test(event.result.status)) return undefined
        return isChosen(event.host) ? event : undefined
      default:
        return 'host' in event && !isChosen(event.host) ? undefined : event
    }
  }
}

function failedHosts(events: readonly RunEvent[]): Set<string> {
  const outcomes = createHostOutcomes()
  const failed = new Set<string>()
  for (const event of events) {
    outcomes.record(event)
    if (event.kind === 'hostEnd' && outcomes.inPlay(event.recap) !== 'ok') failed.add(event.recap.host)
  }
  return failed
}

/** `web-0[12]`, `db-?`, `*`. */
function patternOf(text: string): RegExp {
  const parts = text.split(/(\*|\?|\[[^\]]+\])/).map((part, n) => {
    if (n % 2 === 0) return part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    return part === '*' ? '.*' : part === '?' ? '.' : part.replace(/^\[!/, '[^')
  })
  return new RegExp(`^${parts.join('')}$`)
}
