// Encodes the table of a run for the HTML report; what many hosts share is there once.

import { quote } from '../../model/shell/command.ts'
import { sanitize } from '../output/sanitize.ts'
import type { Column } from '../table/columns.ts'
import type { RunTable, TableRow } from '../table/runTable.ts'
import { flagsOf } from '../table/runTable.ts'
import type { Since } from '../table/since.ts'
import { locationText } from '../text/failureText.ts'
import { withoutOwn } from '../text/withoutOwn.ts'
import { detailOf } from './details.ts'
import {
  type PageColumn,
  type PageData,
  type PageDetail,
  type PageGroup,
  type PageHost,
  type PageOutcome,
  type PageSince,
  type PageStatus,
  statuses,
} from './pageData.ts'

type Group = { readonly column: number; readonly detail: number; readonly hosts: Set<number> }

/** @param cwd files are named relative to it */
export function encodeRun(table: RunTable, cwd: string, since?: Since): PageData {
  const { start, startedAt, plays, warnings, recap } = table
  const columns: PageColumn[] = []
  const indexOf = new Map<Column, number>()
  for (const [play, { columns: list }] of plays.entries()) {
    for (const column of list.all()) {
      indexOf.set(column, columns.length)
      columns.push(pageColumn(column, play, cwd))
    }
  }
  const names = [...new Set(plays.flatMap(({ hosts }) => [...hosts.keys()]))]
  const { details, add } = createDetails()
  const [changes, failures] = [new Map<string, Group>(), new Map<string, Group>()]
  const hosts = names.map((name, host): PageHost => {
    const rows = plays.flatMap(({ hosts: all }) => all.get(name) ?? [])
    const entries = rows.flatMap((row) =>
      row.entries.flatMap(({ column, event, startMs }) => {
        const at = indexOf.get(column)!
        const status = statusOf(event)
        const detail = add(detailOf(event, column.title, cwd))
        const groups =
          status === 'changed' ? changes : /^(failed|unreachable)$/.test(status) ? failures : undefined
        if (groups) note(groups, `${at} ${sharedKey(details[detail], name)}`, at, detail, host)
        return [
          at,
          statuses.indexOf(status),
          Math.round(startMs),
          Math.round(event.result.durationMs),
          detail,
        ]
      }),
    )
    const trips = (table.trips.get(name) ?? []).flatMap(({ startMs, durationMs, probes, steps }) => [
      Math.round(startMs),
      Math.round(durationMs),
      probes,
      steps,
    ])
    const owed = rows.flatMap((row) => row.recap?.owed ?? []).map(sanitize)
    return {
      name: sanitize(name),
      outcome: worst(rows),
      trips,
      entries,
      ...(owed.length > 0 ? { owed } : {}),
    }
  })
  const listed = (groups: Map<string, Group>): PageGroup[] =>
    [...groups.values()].map((group) => ({ ...group, hosts: [...group.hosts] }))
  return {
    title: sanitize(start?.playbooks.join(' ') || 'run-playbook'),
    ...(start?.resumable
      ? { command: sanitize(commandOf(start.playbooks, flagsOf(start.resumable, start.isCheck))) }
      : {}),
    ...(start?.by ? { by: sanitize(start.by) } : {}),
    startedAt,
    ...(recap ? { durationMs: Math.round(recap.durationMs) } : {}),
    isCheck: start?.isCheck === true,
    isInterrupted: recap?.isInterrupted === true,
    plays: plays.map(({ name, durationMs, hosts: all }) => ({
      name: sanitize(name),
      hosts: all.size,
      ...(durationMs === undefined ? {} : { durationMs: Math.round(durationMs) }),
    })),
    columns,
    hosts,
    details,
    changes: listed(changes).sort(
      (one, other) => one.column - other.column || other.hosts.length - one.hosts.length,
    ),
    failures: listed(failures).sort((one, other) => other.hosts.length - one.hosts.length),
    warnings: warnings.map(({ message }) => sanitize(message)),
    since: since && pageSince(since),
  }
}

/** All its texts become safe to show. */
function pageSince(since: Since): PageSince {
  return JSON.parse(JSON.stringify(since), (_, value) =>
    typeof value === 'string' ? sanitize(value) : value,
  )
}

function commandOf(playbooks: readonly string[], flags: readonly string[]): string {
  const word = (text: string) => (/^[\w./:,=@%+…-]+$/.test(text) ? text : quote(text))
  return ['run-playbook', ...playbooks, ...flags].map(word).join(' ')
}

function pageColumn({ title, isHandler, where }: Column, play: number, cwd: string): PageColumn {
  return {
    title: sanitize(title),
    play,
    ...(where ? { where: locationText({ file: where.file, line: where.line }, cwd) } : {}),
    ...(isHandler ? { isHandler } : {}),
  }
}

function statusOf({ kind, result }: TableRow['entries'][number]['event']): PageStatus {
  return kind === 'retry' ? 'retry' : result.isIgnored ? 'ignored' : result.status
}

/** Equal details are one. */
function createDetails() {
  const details: PageDetail[] = []
  const known = new Map<string, number>()
  const add = (detail: PageDetail | undefined): number => {
    if (!detail) return -1
    const key = JSON.stringify(detail)
    const index = known.get(key) ?? details.push(detail) - 1
    known.set(key, index)
    return index
  }
  return { details, add }
}

/** Equal for hosts on which the same was changed, or failed in the same way. */
function sharedKey(detail: PageDetail | undefined, host: string): string {
  const { title: _, stdout: _out, stderr: _err, isTruncated: _cut, ...rest } = detail ?? {}
  return withoutOwn(JSON.stringify(rest), host)
}

function note(groups: Map<string, Group>, key: string, column: number, detail: number, host: number): void {
  const group = groups.get(key) ?? { column, detail, hosts: new Set() }
  group.hosts.add(host)
  groups.set(key, group)
}

const severity: readonly PageOutcome[] = ['ok', 'unfinished', 'stopped', 'failed', 'unreachable']

function worst(rows: readonly TableRow[]): PageOutcome {
  return rows.reduce<PageOutcome>(
    (worse, { outcome }) => (severity.indexOf(outcome) > severity.indexOf(worse) ? outcome : worse),
    'ok',
  )
}
