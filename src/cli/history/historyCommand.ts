// Defines the history and report commands and their flags.

import { type Command, Option } from 'commander'
import { addSettingFlags, positiveInt } from '../flags/settingFlags.ts'
import { earlierRunFlag } from './earlierRunFlag.ts'
import { type HistoryFlags, sinceDate } from './historyFlags.ts'
import { type ReportFlags, reportFormats } from './reportFlags.ts'

/** Adds both commands; `done` takes their exit code. */
export function addHistoryCommands(program: Command, done: (code: number) => void): void {
  program
    .command('history')
    .summary('list the runs made in this folder')
    .description('List the runs made in this directory, newest first.')
    .option('-n, --last <number>', 'list only this many runs', positiveInt)
    .option('--playbook <name>', 'only runs of this playbook')
    .option('--host <name>', 'only runs in which this host took part')
    .option('--failed', 'only runs in which a host failed, was unreachable or did not finish')
    .option(
      '--since <date>',
      'only runs since a time: 2026-03-14, "2026-03-14 18:30", or 2h, 3d, 1w ago',
      sinceDate,
    )
    .option(
      '--path <path>',
      'only runs that changed this file, or a task with this text in its title, with their changes',
    )
    .option(
      '--compare <runs...>',
      'what differs between two runs: the earlier one (a name, a date, or "previous") and the later one (default: the last)',
    )
    .addOption(new Option('--output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (flags: HistoryFlags) => {
      if (flags.compare) {
        const { compareRecorded } = await import('./compareCommand.ts')
        return done(await compareRecorded(flags.compare, flags.output === 'json'))
      }
      const { showHistory } = await import('./showHistory.ts')
      done(await showHistory(flags))
    })
  const report = program
    .command('report')
    .summary('show an earlier run again: text, HTML, JUnit, JSON')
    .description('Show the output of an earlier run again, in more detail or in another format.')
    .argument('[run]', 'name of the run as listed by history, or the beginning of it (default: the last run)')
  addSettingFlags(report, ['verbose', 'diff', 'reporter'])
    .addOption(
      new Option(
        '--output <format>',
        'auto, lines, jsonl, markdown, github (annotations), junit (XML for CI) or html (a page) (default: auto)',
      )
        .choices(reportFormats)
        .default('auto'),
    )
    .option('-l, --limit <hosts>', 'these hosts only: names, with *, ? and [] as in a shell; comma-separated')
    .option('--failed', 'only hosts that failed, were unreachable or did not finish')
    .option('--changes-only', 'leave out tasks that were ok or skipped')
    .option(
      '--since <run>',
      'show also what differs from an earlier run: its name, a date for the last run before it, or "previous" (html: the default)',
      earlierRunFlag,
    )
    .option('-o, --output-file <file>', 'write to this file instead of standard output')
    .option('--open', 'open the HTML page in the browser (default file: .run-playbook/report.html)')
    .action(async (run: string | undefined, flags: ReportFlags) => {
      const { showReport } = await import('./showReport.ts')
      done(await showReport(run, flags))
    })
}
