// Chooses and loads the reporter of a run.

import type { LastTimes } from '../model/run/lastTimes.ts'
import type { TextOutput } from './lines/textOutput.ts'
import { type Clock, systemClock } from './output/clock.ts'
import { programName } from './output/program.ts'
import type { Reporter, ReportStream } from './output/reporterTypes.ts'
import { createSink } from './output/sink.ts'
import { createTheme } from './output/theme.ts'

export type ReporterOptions = {
  /** `auto`: the board on a terminal, lines elsewhere (also where CI is set, or the terminal is dumb). */
  readonly output: 'auto' | 'board' | 'lines' | 'jsonl'
  /** -1 for -q, which shows failures and the end alone; otherwise how many -v: 1 shows what was ok, 2 commands, 3 their output, 4 the connection. */
  readonly verbosity: number
  /** Shows diffs of texts, and abbreviates nothing. */
  readonly isDiffShown: boolean
  /** Shows the output of commands that are run for it, without -v. */
  readonly hasAnswers?: boolean | undefined
  /** Results. Default process.stdout. */
  readonly stdout?: ReportStream
  /** Warnings and heartbeats. Default process.stderr. */
  readonly stderr?: ReportStream
  /** CI, TERM, NO_COLOR, FORCE_COLOR and COLORTERM count. Default process.env. */
  readonly env?: { readonly [name: string]: string | undefined }
  /** Files are shown relative to it. Default process.cwd(). */
  readonly cwd?: string
  readonly clock?: Clock
  /** For the board: where keys come from, and what stops the run. */
  readonly keys?: { readonly input: () => NodeJS.ReadStream; readonly stop: () => void } | undefined
  /** For the board: how long plays and tasks took last time. */
  readonly lastTimes?: (() => Promise<LastTimes | undefined>) | undefined
}

/**
 * Makes the reporter for a run. Modules are loaded as needed, so that `lines` pays nothing for the board.
 *
 * @example
 * const reporter = await createReporter({ output: 'auto', verbosity: 0, isDiffShown: false })
 * await run({ ...options, listener: reporter.handle })
 * await reporter.close()
 */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const { verbosity, isDiffShown, hasAnswers, stdout = process.stdout, stderr = process.stderr } = options
  const { env = process.env, cwd = process.cwd(), clock = systemClock } = options
  const isBoard = stdout.isTTY === true && verbosity >= 0
  const output = chosenOutput(options.output, env, isBoard)
  if (output === 'jsonl') {
    const { createJsonlReporter } = await import('./jsonlReporter.ts')
    const time = () => new Date().toISOString()
    return createJsonlReporter({ verbosity, isDiffShown, time, sink: createSink(stdout) })
  }
  const { createTextFormatter } = await import('./lines/textFormatter.ts')
  const compare = isDiffShown ? (await import('./text/unifiedDiff.ts')).diffLines : undefined
  const textOutput = async (stream: ReportStream): Promise<TextOutput> => {
    const theme = await createTheme({ env, isTTY: stream.isTTY === true })
    const formatter = createTextFormatter({
      verbosity,
      hasAnswers,
      compare,
      cwd,
      theme,
      program: programName(env),
      now: clock.now,
      columns: () => stream.columns,
    })
    const wrapLines = stream.isTTY ? (await import('./output/wrapLines.ts')).wrapLines : undefined
    // Lines of a diff stay as they are in the file.
    const fit = (lines: readonly string[]) =>
      wrapLines && !isDiffShown ? wrapLines(lines, (stream.columns || 80) - 1) : lines
    return {
      sink: createSink(stream),
      theme,
      format: (event) => fit(formatter.format(event)),
      overdue: () => fit(formatter.overdue()),
    }
  }
  const [out, err] = [await textOutput(stdout), await textOutput(stderr)]
  if (output === 'board') {
    const { createBoardReporter } = await import('./board/boardReporter.ts')
    const { keys, lastTimes } = options
    return createBoardReporter({ clock, stdout, out, err, keys, lastTimes })
  }
  const { createLinesReporter } = await import('./lines/linesReporter.ts')
  return createLinesReporter({ clock, out, err })
}

/** What `auto` means here. */
export function chosenOutput(
  output: ReporterOptions['output'],
  env: { readonly [name: string]: string | undefined },
  isTTY: boolean,
): 'board' | 'lines' | 'jsonl' {
  if (output !== 'auto') return output
  return isTTY && !isCI(env) && env.TERM !== 'dumb' ? 'board' : 'lines'
}

/** Whether nobody watches: a CI service sets the variable CI. */
export function isCI({ CI }: { readonly [name: string]: string | undefined }): boolean {
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0'
}
