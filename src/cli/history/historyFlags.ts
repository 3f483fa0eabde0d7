// The flags of the command history, and what they select.

import { basename } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { RecordedRun } from '../../journal/history.ts'
import type { EventOf } from '../../model/run/event.ts'

export type HistoryFlags = {
  readonly last?: number
  readonly playbook?: string
  readonly host?: string
  readonly failed?: boolean
  readonly since?: Date
  readonly path?: string
  readonly compare?: readonly string[]
  readonly output: 'text' | 'json'
}

/** Whether a run is to be listed; `path` is for `changesOf`. */
export function isListed(run: RecordedRun, { playbook, host, failed, since }: HistoryFlags): boolean {
  if (since && run.startedAt < since) return false
  if (playbook !== undefined && !run.playbooks.some((name) => isNamed(name, playbook))) return false
  if (failed && !hasFailed(run)) return false
  return (
    host === undefined ||
    run.events.some(({ event }) => event.kind === 'playStart' && event.hosts.includes(host))
  )
}

/** What a run changed, on one host or all, that has to do with a path: in the title, in the change, or its file. */
export function changesOf({ events }: RecordedRun, path: string, host?: string): EventOf<'taskEnd'>[] {
  return events.flatMap(({ event }) => {
    if (event.kind !== 'taskEnd' || event.result.status !== 'changed') return []
    if (host !== undefined && event.host !== host) return []
    const texts = event.result.changes.flatMap(({ what, diff }) => [what, diff?.path ?? ''])
    return [event.task.title, ...texts].some((text) => text.includes(path)) ? [event] : []
  })
}

/** `site` means `playbooks/site.ts`. */
function isNamed(name: string, given: string): boolean {
  const short = (path: string) => basename(path).replace(/\.[cm]?[jt]s$/, '')
  return (
    name === given || (short(name) === short(given) && (given === basename(given) || name.endsWith(given)))
  )
}

/** A run without an end was killed. */
function hasFailed({ recap }: RecordedRun): boolean {
  if (!recap || recap.isInterrupted) return true
  return recap.hosts.some(({ counts, isCutShort }) => isCutShort || counts.failed + counts.unreachable > 0)
}

const spans: { readonly [unit: string]: number } = { m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A date, a date with a time, or how long ago: `2h`. @throws InvalidArgumentError */
export function sinceDate(text: string, _before?: unknown, now = new Date()): Date {
  const [, count, unit = ''] = /^(\d+)([mhdw])$/.exec(text) ?? []
  if (count !== undefined) return new Date(now.getTime() - Number(count) * spans[unit]! * 1000)
  // A day alone begins at midnight here, not in UTC.
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text.replace(' ', 'T'))
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Expected a date such as 2026-03-14 or "2026-03-14 18:30", or 2h, 3d, 1w.')
  return date
}
