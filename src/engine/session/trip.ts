// One trip: sends a script to a shell, and reads one output per entry.

import { randomBytes } from 'node:crypto'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Output } from '../../model/probe.ts'
import type { Shell } from '../../transport/program/transport.ts'
import { type FrameHandlers, frameReader } from '../../wire/frame.ts'
import { type ScriptEntry, tripScript } from '../../wire/script.ts'
import { firstLine, ProbeTimeout } from './probeTimeout.ts'

/** Called as the entries of a trip start and end. */
export type TripObserver = Pick<FrameHandlers, 'started' | 'partial' | 'leftRunning' | 'shellStarted'> & {
  /** An entry is complete; `undefined`: it was skipped. */
  readonly ended?: (index: number, output: Output | undefined) => void
}

/** The task that a step belongs to, and the host whose task it is. */
export type StepOwner = { readonly host: string; readonly task: string }

export type TripOptions = TripObserver & {
  readonly owner?: StepOwner
  /** true: after a wait for the host's lock the steps do not run, because what they are based on may have changed. */
  readonly isPlanned?: boolean
}

/** Seconds after which a probe is given up: a hanging file system must not hang the run. Steps have no such limit. */
const probeLimitSeconds = 300

/** Bytes after which the output of a probe is given up. A batch of file contents may be larger. */
const probeOutputLimit = 64 * 1024 * 1024
const contentsOutputLimit = 1024 * 1024 * 1024

/**
 * Runs the entries in order. An entry that is skipped because a step before it failed gives undefined.
 *
 * @throws UnreachableError where the shell ends before the last entry is complete; PlaybookError E_PROBE_TIMEOUT where
 *   a probe takes longer than `limitSeconds`, E_PROBE_OUTPUT where it prints without end: the shell is then unusable
 */
export function runTrip(
  shell: Shell,
  prologue: string,
  entries: readonly ScriptEntry[],
  observer: TripObserver = {},
  limitSeconds = probeLimitSeconds,
): Promise<(Output | undefined)[]> {
  const marker = `rp${randomBytes(9).toString('hex')}`
  const outputs: (Output | undefined)[] = []
  return new Promise<(Output | undefined)[]>((resolve, reject) => {
    const clock = probeClock(entries, limitSeconds, reject)
    const end = (error: unknown) => {
      clock.stop()
      reject(error)
    }
    let received = 0
    const reader = frameReader(marker, {
      ...observer,
      partial: (index, stream, bytes) => {
        received += bytes.length
        const entry = entries[index]
        if (entry?.kind === 'probe' && received > outputLimit(entry)) end(outputError(entry))
        observer.partial?.(index, stream, bytes)
      },
      isTruncatable: (index) => entries[index]?.kind === 'step',
      entry: (index, output) => {
        outputs[index] = output
        received = 0
        observer.ended?.(index, output)
        clock.begin(index + 1)
        if (index === entries.length - 1) resolve(outputs)
      },
    })
    shell.receive({ data: reader.push, end })
    clock.begin(0)
    const script = tripScript(marker, entries)
    shell.write(prologue ? Buffer.concat([Buffer.from(prologue), script]) : script).catch(end)
  })
}

/** Times probes, not steps. */
function probeClock(
  entries: readonly ScriptEntry[],
  limitSeconds: number,
  expire: (error: PlaybookError) => void,
): { readonly begin: (index: number) => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  return {
    begin: (index) => {
      clearTimeout(timer)
      const entry = entries[index]
      if (entry?.kind !== 'probe') return
      const seconds = Math.min(entry.limitSeconds ?? limitSeconds, limitSeconds)
      timer = setTimeout(() => expire(new ProbeTimeout(entry, seconds)), seconds * 1000)
    },
    stop: () => clearTimeout(timer),
  }
}

function outputLimit({ printsContents }: ScriptEntry): number {
  return printsContents ? contentsOutputLimit : probeOutputLimit
}

function outputError(entry: ScriptEntry): PlaybookError {
  const megabytes = outputLimit(entry) / 1024 / 1024
  return new PlaybookError('E_PROBE_OUTPUT', `A probe printed more than ${megabytes} MB and was stopped.`, {
    details: [firstLine(entry)],
  })
}
