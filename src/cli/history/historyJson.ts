// Describes recorded runs as data, for history --output json.

import type { RecordedRun } from '../../journal/history.ts'
import type { changesOf } from './historyFlags.ts'

/** @param changes with --path: what was changed */
export function runAsJson(run: RecordedRun, changes: ReturnType<typeof changesOf> | undefined): object {
  const { id, startedAt, playbooks, isCheck, by, recap } = run
  return {
    run: id,
    startedAt: startedAt.toISOString(),
    playbooks,
    isCheck,
    by,
    durationMs: recap?.durationMs,
    isInterrupted: recap?.isInterrupted,
    hosts: recap?.hosts,
    changes: changes?.map(({ host, task, result }) => ({
      host,
      task: task.title,
      changes: result.changes.map(({ what, from, to }) => ({ what, from, to })),
    })),
  }
}
