// Defines the history and report commands and their flags.

import { type Command, Option } from 'commander'
import { addSettingFlags, positiveInt } from '../flags/settingFlags.ts'
import type { HistoryFlags } from './showHistory.ts'
import type { ReportFlags } from './showReport.ts'

/** Adds both commands; `done` takes their exit code. */
export function addHistoryCommands(program: Command, done: (code: number) => void): void {
  program
    .command('history')
    .description('List the runs made in this directory, newest first.')
    .option('-n, --last <number>', 'list only this many runs', positiveInt)
    .action(async (flags: HistoryFlags) => {
      const { showHistory } = await import('./showHistory.ts')
      done(await showHistory(flags))
    })
  const report = program
    .command('report')
    .description('Show the output of an earlier run again, in more detail or in another format.')
    .argument('[run]', 'name of the run as listed by history, or the beginning of it (default: the last run)')
  addSettingFlags(report, ['verbose', 'diff', 'reporter'])
    .addOption(
      new Option(
        '--output <format>',
        'auto, lines, jsonl, junit (XML for CI) or html (a page) (default: auto)',
      )
        .choices(['auto', 'lines', 'jsonl', 'junit', 'html'])
        .default('auto'),
    )
    .action(async (run: string | undefined, flags: ReportFlags) => {
      const { showReport } = await import('./showReport.ts')
      done(await showReport(run, flags))
    })
}
