// Reads what the board shows of a host from its listr2 task.

import type { HostActivity, PlayTask } from './boardRenderer.ts'

export type HostPhase =
  | 'connecting'
  | 'probing'
  | 'waiting'
  | 'running'
  | 'ok'
  | 'stopped'
  | 'failed'
  | 'unreachable'

export type BoardRow = {
  readonly name: string
  /** How many hosts do the same, and share the row. */
  readonly count: number
  readonly phase: HostPhase
  /** The current task, or the last one. */
  readonly title: string
  /** The last line that a running step wrote, and when that was. */
  readonly line: string
  readonly lineAt: number
  /** What its steps wrote, the end of it. */
  readonly outputLines: readonly string[]
  /** How many tasks there are, and how many of them are done. */
  readonly total: number
  readonly done: number
  readonly runningSince: number | undefined
  /** Bytes of a file that is under way. */
  readonly transfer: HostActivity['transfer']
  readonly waitsFor: readonly string[]
  /** The code of the error that ended it. */
  readonly code: string
}

type Task = PlayTask['subtasks'][number]

export function hostRowOf(task: Task): BoardRow {
  const progress = task.rendererTaskOptions as HostActivity
  const { total = 0, done, runningSince, waitsFor, failure, outputLines, lineAt, transfer } = progress
  const [title = '', line = ''] = (task.output ?? '').split('\n')
  const { retry } = task.message
  const phase = phaseOf(task, progress)
  return {
    name: task.title ?? '',
    count: 1,
    phase,
    title: retry ? `${title} (retry ${retry.count})` : title,
    line,
    lineAt,
    outputLines,
    total,
    runningSince,
    transfer,
    waitsFor,
    done: phase === 'ok' ? total : done,
    code: failure?.code ?? '',
  }
}

/** Rows of hosts that do the same are one row; that of `selected` stays its own. */
export function equalRows(hosts: readonly BoardRow[], selected: string | undefined): BoardRow[] {
  const groups = new Map<string, BoardRow[]>()
  for (const host of hosts) {
    const { phase, title, done, total, code, name } = host
    const key = name === selected ? '' : `${phase} ${done} ${total} ${code} ${title}`
    const group = groups.get(key)
    if (group) group.push(host)
    else groups.set(key, [host])
  }
  return [...groups.values()].map(joined)
}

/** The one that has run longest, with what was written last. */
function joined(rows: readonly BoardRow[]): BoardRow {
  const [first] = rows
  if (rows.length === 1) return first!
  let latest = first!
  let since = Number.POSITIVE_INFINITY
  for (const row of rows) {
    if (row.lineAt > latest.lineAt) latest = row
    since = Math.min(since, row.runningSince ?? since)
  }
  const { line, lineAt, outputLines, transfer } = latest
  const runningSince = Number.isFinite(since) ? since : undefined
  return { ...first!, line, lineAt, outputLines, transfer, count: rows.length, runningSince }
}

function phaseOf(task: Task, { isConnected, total, failure }: HostActivity): HostPhase {
  if (task.hasFailed()) return failure?.status ?? 'failed'
  if (task.isSkipped()) return 'stopped'
  if (task.isCompleted()) return 'ok'
  if (task.isPaused()) return 'waiting'
  if (total !== undefined) return 'running'
  return isConnected ? 'probing' : 'connecting'
}
