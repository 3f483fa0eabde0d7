// A reporter listens to a run's events and writes them for people or machines; here one is chosen.

import type { Writable } from 'node:stream'
import type { Listener } from '../model/event.ts'
import { type Clock, systemClock } from './clock.ts'
import { createPaint } from './paint.ts'
import { createSink } from './sink.ts'

export type Reporter = {
  /** Takes every event of one run, in order. It never throws. */
  readonly handle: Listener
  /** Finishes what is on the screen and waits until all is written. */
  readonly close: () => Promise<void>
}

/** A stream to write to; process.stdout and process.stderr are two. */
export type ReportStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

export type ReporterOptions = {
  /** `auto`: the board on a terminal, lines elsewhere (also where CI is set, or the terminal is dumb). */
  readonly output: 'auto' | 'board' | 'lines' | 'jsonl'
  /** How many -v: 1 shows what was in order, 2 commands, 3 what they said, 4 the connection. */
  readonly verbosity: number
  /** Shows the differences of texts, and abbreviates nothing. */
  readonly isDiffShown: boolean
  /** The result. Default process.stdout. */
  readonly stdout?: ReportStream
  /** Warnings and signs of life. Default process.stderr. */
  readonly stderr?: ReportStream
  /** CI, TERM, NO_COLOR, FORCE_COLOR and COLORTERM are looked at. Default process.env. */
  readonly env?: { readonly [name: string]: string | undefined }
  /** Files are shown relative to it. Default process.cwd(). */
  readonly cwd?: string
  readonly clock?: Clock
}

/**
 * Makes the reporter for a run. What it needs is loaded here, so that `lines` pays nothing for the board.
 *
 * @example
 * const reporter = await createReporter({ output: 'auto', verbosity: 0, isDiffShown: false })
 * await run({ ...options, listener: reporter.handle })
 * await reporter.close()
 */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const { verbosity, isDiffShown, stdout = process.stdout, stderr = process.stderr } = options
  const { env = process.env, cwd = process.cwd(), clock = systemClock } = options
  const output = chosenOutput(options.output, env, stdout.isTTY === true)
  if (output === 'jsonl') {
    const { createJsonlReporter } = await import('./jsonl.ts')
    const time = () => new Date().toISOString()
    return createJsonlReporter({ verbosity, isDiffShown, time, sink: createSink(stdout) })
  }
  const result = { sink: createSink(stdout), paint: await createPaint({ env, isTTY: stdout.isTTY === true }) }
  const talk = { sink: createSink(stderr), paint: await createPaint({ env, isTTY: stderr.isTTY === true }) }
  if (output === 'board') {
    const { createBoardReporter } = await import('./board.ts')
    return createBoardReporter({ verbosity, isDiffShown, cwd, clock, stdout, result, talk })
  }
  const { createLinesReporter } = await import('./lines.ts')
  return createLinesReporter({ verbosity, isDiffShown, cwd, clock, result, talk })
}

/** What `auto` means here. */
export function chosenOutput(
  output: ReporterOptions['output'],
  env: { readonly [name: string]: string | undefined },
  isTTY: boolean,
): 'board' | 'lines' | 'jsonl' {
  if (output !== 'auto') return output
  const isCI = env.CI !== undefined && env.CI !== '' && env.CI !== 'false' && env.CI !== '0'
  return isTTY && !isCI && env.TERM !== 'dumb' ? 'board' : 'lines'
}
