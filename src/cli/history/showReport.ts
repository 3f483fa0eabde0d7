// Replays the events of a recorded run to a reporter.

import { lastRun, type RecordedRun, readRun } from '../../journal/history.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { createJsonlReporter } from '../../report/jsonlReporter.ts'
import type { Reporter } from '../../report/output/reporterTypes.ts'
import { createSink } from '../../report/output/sink.ts'
import { createReporter } from '../../report/reporter.ts'
import { withReporters } from '../../report/withReporters.ts'
import { findReporters } from '../../userCode/findReporters.ts'
import { stateFolder } from '../flags/stateFolder.ts'

export type ReportFlags = {
  readonly verbose: number
  readonly diff?: boolean
  readonly reporter: readonly string[]
  readonly output: 'auto' | 'lines' | 'jsonl' | 'junit' | 'html'
}

/** Reports a run (default: the last one) and returns the exit code. @throws PlaybookError E_UNKNOWN_RUN */
export async function showReport(id: string | undefined, flags: ReportFlags): Promise<number> {
  const run = await chosenRun(stateFolder(), id)
  let time = ''
  const { verbose: verbosity, diff: isDiffShown = false } = flags
  const reporter = await withReporters(
    await reporterFor(flags, () => time),
    await findReporters(flags.reporter),
    { verbosity, isDiffShown, cwd: process.cwd(), time: () => time },
  )
  for (const each of run.events) {
    time = each.time
    reporter.handle(each.event)
  }
  await reporter.close()
  if (!run.recap) process.stderr.write('No end was recorded: the run was killed or is still running.\n')
  return 0
}

async function chosenRun(folder: string, id: string | undefined): Promise<RecordedRun> {
  const run = id === undefined ? await lastRun(folder) : await readRun(folder, id)
  if (run) return run
  throw new PlaybookError('E_UNKNOWN_RUN', 'No runs in this directory yet.', {
    hint: 'Runs are recorded in .run-playbook/ of the directory in which run-playbook is started.',
  })
}

/** @param time the time at which the current event happened */
async function reporterFor(
  { output, verbose: verbosity, diff }: ReportFlags,
  time: () => string,
): Promise<Reporter> {
  const isDiffShown = diff === true
  const options = { sink: createSink(process.stdout), time, cwd: process.cwd() }
  if (output === 'junit') {
    const { createJunitReporter } = await import('../../report/junitReporter.ts')
    return createJunitReporter(options)
  }
  if (output === 'html') {
    const { createHtmlReporter } = await import('../../report/html/htmlReporter.ts')
    return createHtmlReporter(options)
  }
  if (output === 'jsonl') return createJsonlReporter({ verbosity, isDiffShown, ...options })
  return createReporter({ output: 'lines', verbosity, isDiffShown })
}
