// Reads what the board shows of a host from its listr2 task.

import type { HostProgress, PlayTask } from './boardRenderer.ts'

export type HostPhase =
  | 'connecting'
  | 'probing'
  | 'waiting'
  | 'running'
  | 'ok'
  | 'stopped'
  | 'failed'
  | 'unreachable'

export type HostRow = {
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
  readonly said: readonly string[]
  /** How many tasks there are, and how many of them are done. */
  readonly total: number
  readonly done: number
  readonly runningSince: number | undefined
  /** Bytes of a file that is under way. */
  readonly transfer: HostProgress['transfer']
  readonly waitsFor: readonly string[]
  /** The code of the error that ended it. */
  readonly code: string
}

type Task = PlayTask['subtasks'][number]

export function hostRowOf(task: Task): HostRow {
  const progress = task.rendererTaskOptions as HostProgress
  const { total = 0, done, runningSince, waitsFor, failure, said, lineAt, transfer } = progress
  const [title = '', line = ''] = (task.output ?? '').split('\n')
  const { retry } = task.message
  const phase = phaseOf(task, progress)
  return {
    name: task.title ?? '',
    count: 1,
    phase,
    title: retry ? `${title} (retry ${retry.count})` : title,
    ...{ line, lineAt, said, total, runningSince, transfer, waitsFor },
    done: phase === 'ok' ? total : done,
    code: failure?.code ?? '',
  }
}

/** Rows of hosts that do the same are one row; that of `selected` stays its own. */
export function equalRows(hosts: readonly HostRow[], selected: string | undefined): HostRow[] {
  const groups = new Map<string, HostRow[]>()
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
function joined(rows: readonly HostRow[]): HostRow {
  const [first] = rows
  if (rows.length === 1) return first!
  let latest = first!
  let since = Number.POSITIVE_INFINITY
  for (const row of rows) {
    if (row.lineAt > latest.lineAt) latest = row
    since = Math.min(since, row.runningSince ?? since)
  }
  const { line, lineAt, said, transfer } = latest
  const runningSince = Number.isFinite(since) ? since : undefined
  return { ...first!, line, lineAt, said, transfer, count: rows.length, runningSince }
}

function phaseOf(task: Task, { isConnected, total, failure }: HostProgress): HostPhase {
  if (task.hasFailed()) return failure?.status ?? 'failed'
  if (task.isSkipped()) return 'stopped'
  if (task.isCompleted()) return 'ok'
  if (task.isPaused()) return 'waiting'
  if (total !== undefined) return 'running'
  return isConnected ? 'probing' : 'connecting'
}
