// One exchange with a shell: a script goes out, one output per entry comes back.

import { randomBytes } from 'node:crypto'
import type { UnreachableError } from '../model/error.ts'
import type { Output } from '../model/probe.ts'
import type { Shell } from '../transport/transport.ts'
import { frameReader, type StreamName } from '../wire/frame.ts'
import { type ScriptEntry, tripScript } from '../wire/script.ts'

export type ExchangeWatcher = {
  /** A step has begun as the leader of a process group. */
  readonly started?: (index: number, pid: number) => void
  /** Bytes of an entry that is still running. */
  readonly partial?: (index: number, stream: StreamName, bytes: Buffer) => void
  readonly ended?: (index: number) => void
}

/**
 * Runs the entries in order. An entry that was skipped, because a step before it failed, gives undefined.
 *
 * @throws UnreachableError where the shell ends before the last entry is complete
 */
export function exchange(
  shell: Shell,
  prologue: string,
  entries: readonly ScriptEntry[],
  watcher: ExchangeWatcher = {},
): Promise<(Output | undefined)[]> {
  const marker = `rp${randomBytes(9).toString('hex')}`
  const outputs: (Output | undefined)[] = []
  return new Promise((resolve, reject: (error: UnreachableError) => void) => {
    const reader = frameReader(marker, {
      ...watcher,
      entry: (index, output) => {
        outputs[index] = output
        watcher.ended?.(index)
        if (index === entries.length - 1) resolve(outputs)
      },
    })
    shell.receive({ data: reader.push, end: reject })
    const script = tripScript(marker, entries)
    shell.write(prologue ? Buffer.concat([Buffer.from(prologue), script]) : script).catch(reject)
  })
}
