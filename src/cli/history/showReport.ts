// Replays the events of a recorded run to a reporter.

import { join, resolve } from 'node:path'
import { lastRun, type RecordedRun, readRun } from '../../journal/history.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { eventFilter } from '../../report/eventFilter.ts'
import type { Since } from '../../report/table/since.ts'
import { withReporters } from '../../report/withReporters.ts'
import { findReporters } from '../../userCode/findReporters.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { outputFile } from './outputFile.ts'
import { reporterFor } from './reporterFor.ts'
import type { ReportFlags } from './reportFlags.ts'

/** Reports a run (default: the last one) and returns the exit code. @throws PlaybookError E_UNKNOWN_RUN, E_OUTPUT_FILE, E_OPEN */
export async function showReport(id: string | undefined, given: ReportFlags): Promise<number> {
  const run = await chosenRun(stateFolder(), id)
  const flags = given.open ? openable(given) : given
  let time = ''
  const { verbose: verbosity, diff: isDiffShown = false } = flags
  const since = await sinceOf(run, flags)
  const file = flags.outputFile === undefined ? undefined : outputFile(flags.outputFile)
  const stream = file?.stream ?? process.stdout
  const reporter = await withReporters(
    await reporterFor(flags, stream, () => time, since),
    await findReporters(flags.reporter),
    { verbosity, isDiffShown, cwd: process.cwd(), time: () => time },
  )
  const filtered = eventFilter(
    run.events.map(({ event }) => event),
    {
      hosts: limitOf(flags),
      isFailedOnly: flags.failed === true,
      isChangesOnly: flags.changesOnly === true,
    },
  )
  let hasHosts = false
  for (const each of run.events) {
    time = each.time
    const event = filtered(each.event)
    hasHosts ||= event?.kind === 'playStart'
    if (event) reporter.handle(event)
  }
  await reporter.close()
  if (since && flags.output !== 'html')
    stream.write((await import('./sinceText.ts')).sinceText(since, flags.output))
  file?.save()
  if (flags.open) await (await import('./openFile.ts')).openFile(resolve(flags.outputFile!))
  if (!hasHosts && (flags.limit !== undefined || flags.failed))
    process.stderr.write('No host of this run matches.\n')
  if (!run.recap) process.stderr.write('No end was recorded: the run was killed or is still running.\n')
  return 0
}

/** A page, in a file. @throws PlaybookError E_USAGE */
function openable(flags: ReportFlags): ReportFlags {
  if (flags.output !== 'auto' && flags.output !== 'html')
    throw new PlaybookError('E_USAGE', `--open opens a page, not --output ${flags.output}.`, {
      hint: 'Leave out --output, or write --output html.',
    })
  return { ...flags, output: 'html', outputFile: flags.outputFile ?? join(stateFolder(), 'report.html') }
}

function limitOf({ limit }: ReportFlags): string[] | undefined {
  return limit?.split(/[,:]/).filter((name) => name !== '')
}

/** A page has what differs from the run before, where there is one. @throws PlaybookError E_UNKNOWN_RUN, E_USAGE */
async function sinceOf(run: RecordedRun, flags: ReportFlags): Promise<Since | undefined> {
  const { output, since = output === 'html' ? 'previous' : undefined } = flags
  if (since === undefined) return undefined
  if (/^(jsonl|junit|github)$/.test(output))
    throw new PlaybookError('E_USAGE', `--since cannot be combined with --output ${output}.`, {
      hint: 'For programs there is: run-playbook history --compare EARLIER LATER --output json',
    })
  const { comparisonOf, earlierRun } = await import('./earlierRun.ts')
  const earlier = await earlierRun(stateFolder(), since, run).catch((error) => {
    if (flags.since === undefined) return undefined
    throw error
  })
  if (!earlier) return undefined
  const { id, startedAt, by } = earlier
  return { run: id, startedAt: startedAt.getTime(), by, ...comparisonOf(earlier, run, limitOf(flags)) }
}

async function chosenRun(folder: string, id: string | undefined): Promise<RecordedRun> {
  const run = id === undefined ? await lastRun(folder) : await readRun(folder, id)
  if (run) return run
  throw new PlaybookError('E_UNKNOWN_RUN', 'No runs in this directory yet.', {
    hint: 'Runs are recorded in .run-playbook/ of the directory in which run-playbook is started.',
  })
}
