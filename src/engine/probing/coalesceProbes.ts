// Lets those who ask one host at the same time share a trip: many hosts that delegate to it, and itself.

import { UnreachableError } from '../../model/errors/error.ts'
import type { Output } from '../../model/probe.ts'
import type { ScriptEntry } from '../../wire/script.ts'

/** Takes the output of an entry as soon as it is there: of one after the other, in the order in which they were given. */
export type OnOutput = (index: number, output: Output | undefined) => void

/** Runs probes as a user. Resolves when all are answered. */
export type RunProbes = (
  as: string | undefined,
  entries: readonly ScriptEntry[],
  take: OnOutput,
) => Promise<void>

/** `entries` is called when the shell is free to run them. */
type SendTrip = (
  as: string | undefined,
  entries: () => readonly ScriptEntry[],
  take: OnOutput,
) => Promise<unknown>

type Waiter = {
  readonly entries: readonly ScriptEntry[]
  readonly take: OnOutput
  readonly settle: (end: Promise<unknown>) => void
}

export function coalesceProbes(trip: SendTrip): RunProbes {
  const gathering = new Map<string, Waiter[]>()
  return async (as, entries, take) => {
    if (entries.length === 0) return
    const key = as ?? ''
    await new Promise<unknown>((settle) => {
      const waiter = { entries, take, settle }
      const joined = gathering.get(key)
      if (joined) joined.push(waiter)
      else {
        const waiters = [waiter]
        gathering.set(key, waiters)
        void flush(as, waiters, trip, () => gathering.delete(key))
      }
    })
  }
}

/** `close` ends the gathering: who asks from then on travels with the next. */
async function flush(
  as: string | undefined,
  waiters: readonly Waiter[],
  trip: SendTrip,
  close: () => void,
): Promise<void> {
  let keys: readonly string[] = []
  let takers: readonly ((key: string, output: Output | undefined) => void)[] = []
  const entries = () => {
    close()
    takers = waiters.map(inRequestedOrder)
    const shared = merged(waiters)
    keys = [...shared.keys()]
    return [...shared.values()]
  }
  const take: OnOutput = (index, output) => {
    for (const each of takers) each(keys[index]!, output)
  }
  try {
    await trip(as, entries, take)
    for (const { settle } of waiters) settle(Promise.resolve())
  } catch (thrown) {
    close()
    const isOwnFault = waiters.length === 1 || thrown instanceof UnreachableError
    for (const waiter of waiters)
      waiter.settle(isOwnFault ? Promise.reject(thrown) : trip(as, () => waiter.entries, waiter.take))
  }
}

/** What several ask is asked once, and told only if nobody hides it. */
function merged(waiters: readonly Waiter[]): Map<string, ScriptEntry> {
  const shared = new Map<string, ScriptEntry>()
  for (const entry of waiters.flatMap(({ entries }) => entries)) {
    const key = entryKey(entry)
    if (entry.isHidden || !shared.has(key)) shared.set(key, entry)
  }
  return shared
}

/** Hands a party its answers in its own order, whatever order they come in: others may have asked some of it before. */
function inRequestedOrder({ entries, take }: Waiter): (key: string, output: Output | undefined) => void {
  const keys = entries.map(entryKey)
  const outputs = new Map<string, Output | undefined>()
  let next = 0
  return (key, output) => {
    outputs.set(key, output)
    for (; next < keys.length && outputs.has(keys[next]!); next += 1) take(next, outputs.get(keys[next]!))
  }
}

function entryKey({ body, environment = [] }: ScriptEntry): string {
  return `${environment.map((pair) => `${pair.join('=')}\n`).join('')}\n${body}`
}
