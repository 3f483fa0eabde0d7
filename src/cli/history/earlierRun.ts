// Finds the run that another one is compared with.

import { previousRun, type RecordedRun, readRun } from '../../journal/history.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { eventFilter } from '../../report/eventFilter.ts'
import { compareRuns, type RunComparison } from '../../report/table/compareRuns.ts'
import { createRunTable, type RunTable } from '../../report/table/runTable.ts'
import type { Earlier } from './earlierRunFlag.ts'
import { localTime } from './localTime.ts'

/** @throws PlaybookError E_UNKNOWN_RUN */
export async function earlierRun(folder: string, earlier: Earlier, run: RecordedRun): Promise<RecordedRun> {
  if (typeof earlier === 'string' && earlier !== 'previous') return readRun(folder, earlier)
  const date = typeof earlier === 'string' ? undefined : earlier
  const found = await previousRun(folder, run, date)
  if (found) return found
  const what = `${run.isCheck ? 'dry run' : 'run'} of ${run.playbooks.join(' ') || 'these tasks'}`
  const when = date ? `before ${localTime(date)}` : 'before that one'
  throw new PlaybookError('E_UNKNOWN_RUN', `No other ${what} ${when} came to its end.`, {
    hint: 'List the runs with: run-playbook history',
  })
}

/** @param hosts patterns of hosts, as `report -l` has them; undefined: all hosts */
export function comparisonOf(
  before: RecordedRun,
  after: RecordedRun,
  hosts?: readonly string[],
): RunComparison {
  return compareRuns(tableOf(before, hosts), tableOf(after, hosts))
}

function tableOf({ events }: RecordedRun, hosts: readonly string[] | undefined): RunTable {
  const { record, table } = createRunTable()
  const filter = { hosts, isFailedOnly: false, isChangesOnly: false }
  const filtered = eventFilter(
    events.map(({ event }) => event),
    filter,
  )
  for (const { time, event } of events) {
    const rest = filtered(event)
    if (rest) record(rest, Date.parse(time))
  }
  return table()
}
