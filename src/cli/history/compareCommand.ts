// Prints what differs between two recorded runs, as text or JSON.

import { lastRun, type RecordedRun, readRun } from '../../journal/history.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import { comparisonLines } from '../../report/table/comparisonText.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { comparisonOf, earlierRun } from './earlierRun.ts'
import { earlierRunFlag } from './earlierRunFlag.ts'
import { localTime } from './localTime.ts'

/** @param names the earlier run, and the later one (default: the last) @throws PlaybookError E_UNKNOWN_RUN, E_USAGE */
export async function compareRecorded(names: readonly string[], isJson: boolean): Promise<number> {
  const [first = '', second, ...more] = names
  if (more.length > 0) throw new PlaybookError('E_USAGE', '--compare takes one run or two.')
  const folder = stateFolder()
  const later = second === undefined ? await lastRun(folder) : await readRun(folder, second)
  if (!later) throw new PlaybookError('E_UNKNOWN_RUN', 'No runs in this directory yet.')
  const earlier = await earlierRun(folder, earlierRunFlag(first), later)
  const comparison = comparisonOf(earlier, later)
  if (isJson) {
    const runs = { before: described(earlier), after: described(later) }
    process.stdout.write(`${JSON.stringify({ ...runs, ...comparison }, undefined, 2)}\n`)
  } else {
    const lines = comparisonLines(comparison).map((line) => `  ${line}`)
    process.stdout.write([`${headline(later)}, compared with ${headline(earlier)}`, ...lines, ''].join('\n'))
  }
  return 0
}

function headline({ id, playbooks, isCheck, startedAt }: RecordedRun): string {
  return `${sanitize(playbooks.join(' '))}${isCheck ? ' --check' : ''} ${localTime(startedAt)} (${id})`
}

function described({ id, playbooks, isCheck, startedAt, by }: RecordedRun): object {
  return { run: id, playbooks, isCheck, startedAt: startedAt.toISOString(), by }
}
