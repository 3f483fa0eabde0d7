// The run as the page uses it: hosts with their entries, counts and texts to search in.

import {
  entryWidth,
  type PageData,
  type PageDetail,
  type PageHost,
  type PageStatus,
  statuses,
  tripWidth,
} from '../../html/pageData.ts'

export type Entry = {
  readonly column: number
  readonly status: PageStatus
  readonly startMs: number
  readonly durationMs: number
  readonly detail: PageDetail | undefined
}

export type Trip = {
  readonly startMs: number
  readonly durationMs: number
  readonly probes: number
  readonly steps: number
}

/** What a host is listed as: its outcome, or what was done where that is ok. */
export type HostKind = 'failed' | 'unreachable' | 'stopped' | 'changed' | 'unknown' | 'ok'

/** The worst first. */
export const hostKinds: readonly HostKind[] = ['failed', 'unreachable', 'stopped', 'changed', 'unknown', 'ok']

export type Host = {
  readonly index: number
  readonly name: string
  readonly kind: HostKind
  /** A character for each column: the letter of its status, or a blank. */
  readonly cells: string
  readonly counts: { readonly [status in PageStatus]?: number }
  readonly endMs: number
  readonly busyMs: number
  readonly raw: PageHost
}

export type Run = { readonly data: PageData; readonly hosts: readonly Host[]; readonly endMs: number }

/** By the position of a status in `statuses`; all are in every font. */
const letters = 'ocfsuni'

export function runOf(data: PageData): Run {
  const byName = new Intl.Collator('en', { numeric: true })
  const hosts = data.hosts
    .map((raw, index) => hostOf(raw, index, data.columns.length))
    .sort(
      (one, other) =>
        hostKinds.indexOf(one.kind) - hostKinds.indexOf(other.kind) || byName.compare(one.name, other.name),
    )
  const endMs = hosts.reduce((latest, host) => Math.max(latest, host.endMs), data.durationMs ?? 0)
  return { data, hosts, endMs: Math.max(1, endMs) }
}

function hostOf(raw: PageHost, index: number, columns: number): Host {
  const cells = new Array<string>(columns).fill(' ')
  const counts: { [status in PageStatus]?: number } = {}
  let [endMs, busyMs] = [0, 0]
  for (let at = 0; at < raw.entries.length; at += entryWidth) {
    const [column, status, start, duration] = raw.entries.slice(at, at + 4) as [
      number,
      number,
      number,
      number,
    ]
    const name = statuses[status]!
    if (name !== 'retry') cells[column] = letters[status]!
    counts[name] = (counts[name] ?? 0) + 1
    endMs = Math.max(endMs, start + duration)
    busyMs += duration
  }
  for (const { startMs, durationMs } of tripsOf(raw)) endMs = Math.max(endMs, startMs + durationMs)
  return {
    index,
    name: raw.name,
    kind: kindOf(raw, counts),
    cells: cells.join(''),
    counts,
    endMs,
    busyMs,
    raw,
  }
}

function kindOf({ outcome }: PageHost, counts: Host['counts']): HostKind {
  if (outcome === 'failed' || outcome === 'unreachable') return outcome
  if (outcome !== 'ok') return 'stopped'
  return counts.changed ? 'changed' : counts.unknown ? 'unknown' : 'ok'
}

export function statusOfCell(letter: string): PageStatus | undefined {
  return statuses[letters.indexOf(letter)]
}

export function entriesOf({ raw }: Host, { details }: PageData): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < raw.entries.length; at += entryWidth) {
    const [column, status, startMs, durationMs, detail] = raw.entries.slice(at, at + entryWidth) as number[]
    entries.push({
      column: column!,
      status: statuses[status!]!,
      startMs: startMs!,
      durationMs: durationMs!,
      detail: details[detail!],
    })
  }
  return entries
}

export function tripsOf({ trips }: PageHost): Trip[] {
  const all: Trip[] = []
  for (let at = 0; at < trips.length; at += tripWidth) {
    const [startMs, durationMs, probes, steps] = trips.slice(at, at + tripWidth) as number[]
    all.push({ startMs: startMs!, durationMs: durationMs!, probes: probes!, steps: steps! })
  }
  return all
}

const texts = new WeakMap<Host, string>()

/** What a search looks at: the name of a host, and what was not just ok on it. */
export function searchedText(host: Host, data: PageData): string {
  const known = texts.get(host)
  if (known !== undefined) return known
  const parts = entriesOf(host, data).flatMap(({ column, status, detail }) =>
    status === 'ok' || status === 'skipped' ? [] : [data.columns[column]!.title, detailText(detail)],
  )
  const text = [host.name, host.kind, ...parts].join('\n').toLowerCase()
  texts.set(host, text)
  return text
}

export function detailText(detail: PageDetail | undefined): string {
  if (!detail) return ''
  const { title = '', reason = '', changes = [], message = '', code = '', error = [] } = detail
  return [
    title,
    reason,
    message,
    code,
    ...error,
    ...changes.flatMap(({ what, from, to }) => [what, from, to]),
  ].join('\n')
}

/** All words of a search are in the text. */
export function isFound(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word))
}

export function searchWords(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean)
}
