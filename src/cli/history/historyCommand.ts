// run-playbook history and run-playbook report: the runs that the journal keeps, and one of them told again.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { HistoryFlags } from './showHistory.ts'
import type { ReportFlags } from './showReport.ts'

/** Adds both commands; `done` takes their exit code. */
export function addHistoryCommands(program: Command, done: (code: number) => void): void {
  program
    .command('history')
    .description('Lists the runs that were made in this folder, the newest first.')
    .option('-n, --last <number>', 'only the last so many', positiveInt)
    .action(async (flags: HistoryFlags) => {
      const { showHistory } = await import('./showHistory.ts')
      done(await showHistory(flags))
    })
  program
    .command('report')
    .description('Shows a run again as it was told, or with more of it.')
    .argument('[run]', 'as run-playbook history names it, or how its name begins; default: the last')
    .option(
      '-v, --verbose',
      '-v ok tasks too, -vv commands, -vvv what they said',
      (_, before) => before + 1,
      0,
    )
    .option('-D, --diff', 'shows changed files line by line')
    .addOption(
      new Option('--output <format>', 'auto (default) or lines, jsonl, junit (XML for CI), html (a page)')
        .choices(['auto', 'lines', 'jsonl', 'junit', 'html'])
        .default('auto'),
    )
    .configureHelp({ optionDescription: ({ description }) => description })
    .action(async (run: string | undefined, flags: ReportFlags) => {
      const { showReport } = await import('./showReport.ts')
      done(await showReport(run, flags))
    })
}

function positiveInt(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number above 0.')
}
