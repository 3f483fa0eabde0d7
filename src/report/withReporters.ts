// Adds the reporters of users to the reporter of a run.

import { formatLocation, thrownAt } from '../model/errors/location.ts'
import type { CustomReporter, ReporterDefinition } from '../model/run/customReporter.ts'
import type { StreamEvent } from '../model/run/streamEvent.ts'
import { maskRevealed } from '../model/secrets/masker.ts'
import { eventStream, type StreamOptions } from './eventStream.ts'
import type { Reporter } from './output/reporterTypes.ts'

type Added = {
  readonly handle: Reporter['handle']
  readonly fail: (thrown: unknown) => void
  readonly close: () => Promise<void>
}

type AddOptions = StreamOptions & {
  readonly cwd: string
  /** Seconds that a reporter may take after the last event. Default 30. */
  readonly closeSeconds?: number
}

/** Starts the reporters. What goes wrong in one of them is a warning on `main`, and it gets no more events. */
export async function withReporters(
  main: Reporter,
  definitions: readonly ReporterDefinition[],
  options: AddOptions,
): Promise<Reporter> {
  if (definitions.length === 0) return main
  const warn = (message: string) => main.handle({ kind: 'warning', message })
  const added = await Promise.all(definitions.map((definition) => started(definition, options, warn)))
  const each = (work: (reporter: Added) => void) => {
    for (const reporter of added) work(reporter)
  }
  return {
    handle: (event) => {
      main.handle(event)
      each(({ handle }) => handle(event))
    },
    fail:
      main.fail &&
      ((thrown) => {
        main.fail!(thrown)
        each(({ fail }) => fail(thrown))
      }),
    close: async () => {
      await Promise.all(added.map(({ close }) => close()))
      await main.close()
    },
  }
}

async function started(
  { name, verbose = 0, start }: ReporterDefinition,
  { cwd, closeSeconds = 30, ...options }: AddOptions,
  warn: (message: string) => void,
): Promise<Added> {
  const stream = eventStream({ ...options, verbosity: Math.max(options.verbosity, verbose) })
  const pending = new Set<Promise<void>>()
  let reporter: CustomReporter | undefined
  const failed = (thrown: unknown) => {
    if (!reporter) return
    reporter = undefined
    warn(errorText(name, thrown))
  }
  const attempt = (work: () => void | Promise<void>): void => {
    try {
      const result = work()
      if (!(result instanceof Promise)) return
      const settled: Promise<void> = result.catch(failed).finally(() => pending.delete(settled))
      pending.add(settled)
    } catch (thrown) {
      failed(thrown)
    }
  }
  const pass = (events: readonly StreamEvent[]) => {
    for (const event of events) attempt(() => reporter?.handle(event))
  }
  try {
    reporter = await start({ cwd })
  } catch (thrown) {
    warn(errorText(name, thrown))
  }
  return {
    handle: (event) => {
      if (reporter) pass(stream.of(event))
    },
    fail: (thrown) => pass(stream.ofError(thrown)),
    close: async () => {
      await inTime(settled(pending), closeSeconds, failed)
      attempt(() => reporter?.close?.())
      await inTime(settled(pending), closeSeconds, failed)
      reporter = undefined
    },
  }
}

async function settled(pending: ReadonlySet<Promise<void>>): Promise<void> {
  while (pending.size > 0) await Promise.all(pending)
}

async function inTime(
  work: Promise<void>,
  seconds: number,
  failed: (thrown: unknown) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      failed(`it did not end within ${seconds} s`)
      resolve()
    }, seconds * 1000)
  })
  await Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

/** `The reporter slow tasks failed: boom (slow.ts:3). It gets no more events.` */
function errorText(name: string, thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const where = thrownAt(thrown)
  const place = where ? ` (${formatLocation(where)})` : ''
  return maskRevealed(`The reporter ${name} failed: ${message}${place}. It gets no more events.`)
}
