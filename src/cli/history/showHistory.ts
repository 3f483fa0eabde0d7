// Lists the recorded runs.

import { listRuns, type RunEntry } from '../../journal/history.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import { formatDuration } from '../../report/text/duration.ts'
import { plural } from '../../report/text/summaries.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { localTime } from './localTime.ts'

export type HistoryFlags = { readonly last?: number }

/** Prints the runs recorded in this directory, newest first, and returns the exit code. */
export async function showHistory({ last }: HistoryFlags): Promise<number> {
  const runs = (await listRuns(stateFolder())).slice(0, last)
  if (runs.length === 0) process.stderr.write('No runs in this directory yet.\n')
  process.stdout.write(historyText(runs))
  return 0
}

/** Columns: local time, playbooks, result, duration, name of the run. */
function historyText(runs: readonly RunEntry[]): string {
  const rows = runs.map((run) => [
    localTime(run.startedAt),
    sanitize(run.playbooks.join(' ')) + (run.isCheck ? ' --check' : ''),
    resultText(run),
    run.recap ? formatDuration(run.recap.durationMs) : '',
    run.id,
  ])
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => `${line(row)}\n`).join('')
}

function resultText({ recap, isCheck }: RunEntry): string {
  if (!recap) return 'unfinished'
  const { hosts, isInterrupted } = recap
  const changed = hosts.reduce((sum, { counts }) => sum + counts.changed, 0)
  const failed = hosts.filter(({ counts }) => counts.failed > 0).length
  const unreachable = hosts.filter(({ counts }) => counts.unreachable > 0).length
  const parts = [
    `${changed} ${isCheck ? 'would change' : 'changed'}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unreachable > 0 ? [`${unreachable} unreachable`] : []),
    ...(isInterrupted ? ['interrupted'] : []),
  ]
  return `${plural(hosts.length, 'host')}: ${parts.join(', ')}`
}
