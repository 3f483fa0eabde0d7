// Lists the recorded runs.

import { type RecordedRun, recordedRuns } from '../../journal/history.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import { changeText } from '../../report/text/changeText.ts'
import { formatDuration } from '../../report/text/duration.ts'
import { plural } from '../../report/text/summaries.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { changesOf, type HistoryFlags, isListed } from './historyFlags.ts'
import { runAsJson } from './historyJson.ts'
import { localTime } from './localTime.ts'

type Row = { readonly cells: readonly string[]; readonly below: readonly string[] }

/** Prints the runs recorded in this directory, newest first, and returns the exit code. */
export async function showHistory(flags: HistoryFlags): Promise<number> {
  const { last = Number.POSITIVE_INFINITY, path, host, output } = flags
  const isJson = output === 'json'
  const rows: Row[] = []
  const found: object[] = []
  let hasRuns = false
  for await (const run of recordedRuns(stateFolder())) {
    hasRuns = true
    if (rows.length >= last || (flags.since && run.startedAt < flags.since)) break
    if (!isListed(run, flags)) continue
    const changes = path === undefined ? undefined : changesOf(run, path, host)
    if (changes?.length === 0) continue
    rows.push({ cells: cellsOf(run), below: (changes ?? []).flatMap(changeLines) })
    if (isJson) found.push(runAsJson(run, changes))
  }
  if (!hasRuns) process.stderr.write('No runs in this directory yet.\n')
  else if (rows.length === 0) process.stderr.write('No run in this directory matches.\n')
  process.stdout.write(isJson ? `${JSON.stringify(found, undefined, 2)}\n` : historyText(rows))
  return 0
}

/** Local time, playbooks, result, duration, who, name of the run. */
function cellsOf(run: RecordedRun): string[] {
  return [
    localTime(run.startedAt),
    sanitize(run.playbooks.join(' ')) + (run.isCheck ? ' --check' : ''),
    resultText(run),
    run.recap ? formatDuration(run.recap.durationMs) : '',
    sanitize(run.by ?? ''),
    run.id,
  ]
}

function historyText(rows: readonly Row[]): string {
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map(({ cells }) => cells[column]!.length)),
  )
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map(({ cells, below }) => [line(cells), ...below].map((each) => `${each}\n`).join('')).join('')
}

/** `    web-01  copyFile /etc/motd   6 bytes → 12 bytes`. */
function changeLines({ host, task, result }: ReturnType<typeof changesOf>[number]): string[] {
  const { inline, below } = changeText(task.title, result.changes, false)
  const title = `    ${sanitize(host)}  ${sanitize(task.title)}`
  return [inline === undefined ? title : `${title}   ${inline}`, ...below.map((text) => `        ${text}`)]
}

function resultText({ recap, isCheck }: RecordedRun): string {
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
