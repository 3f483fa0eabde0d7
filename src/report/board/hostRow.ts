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
  readonly phase: HostPhase
  /** The current task, or the last one. */
  readonly title: string
  /** The last line that a running step wrote. */
  readonly line: string
  /** How many tasks there are, and how many of them are done. */
  readonly total: number
  readonly done: number
  readonly runningSince: number | undefined
  readonly waitsFor: readonly string[]
  /** The code of the error that ended it. */
  readonly code: string
}

type Task = PlayTask['subtasks'][number]

export function hostRowOf(task: Task): HostRow {
  const progress = task.rendererTaskOptions as HostProgress
  const { total = 0, done, runningSince, waitsFor, failure } = progress
  const [title = '', line = ''] = (task.output ?? '').split('\n')
  const { retry } = task.message
  return {
    name: task.title ?? '',
    phase: phaseOf(task, progress),
    title: retry ? `${title} (retry ${retry.count})` : title,
    line,
    ...{ total, done, runningSince, waitsFor },
    code: failure?.code ?? '',
  }
}

function phaseOf(task: Task, { isConnected, total, failure }: HostProgress): HostPhase {
  if (task.hasFailed()) return failure?.status ?? 'failed'
  if (task.isSkipped()) return 'stopped'
  if (task.isCompleted()) return 'ok'
  if (task.isPaused()) return 'waiting'
  if (total !== undefined) return 'running'
  return isConnected ? 'probing' : 'connecting'
}
