// Coalesces probes of one host into shared trips.

import { createHash } from 'node:crypto'
import type { BecomeUser } from '../../model/become.ts'
import { UnreachableError } from '../../model/errors/error.ts'
import type { Output } from '../../model/probe.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import { userKey } from '../plan/target.ts'
import { withLimit } from './probeBatch.ts'

/** Receives the outputs one by one, in the order of the entries, as soon as they are there. */
type OnOutput = (index: number, output: Output | undefined) => void

/** Runs probes as a user, and resolves when all have their outputs. */
export type RunProbes = (
  user: BecomeUser | undefined,
  entries: readonly ScriptEntry[],
  onOutput: OnOutput,
) => Promise<void>

/** `entries` is called when the shell is free to run them. */
type SendTrip = (
  user: BecomeUser | undefined,
  entries: () => readonly ScriptEntry[],
  onOutput: OnOutput,
) => Promise<unknown>

type Waiter = {
  readonly entries: readonly ScriptEntry[]
  readonly onOutput: OnOutput
  readonly settle: (end: Promise<unknown>) => void
}

/** All who ask while the user's shell is busy share its next trip: many hosts that delegate to one, and itself. */
export function coalesceProbes(sendTrip: SendTrip): RunProbes {
  const pending = new Map<string, Waiter[]>()
  return async (user, entries, onOutput) => {
    if (entries.length === 0) return
    const key = userKey(user)
    await new Promise<unknown>((settle) => {
      const waiter = { entries, onOutput, settle }
      const joined = pending.get(key)
      if (joined) joined.push(waiter)
      else {
        const waiters = [waiter]
        pending.set(key, waiters)
        void flush(user, waiters, sendTrip, () => pending.delete(key))
      }
    })
  }
}

/** `close` lets nobody else join: who asks from then on shares the next trip. */
async function flush(
  user: BecomeUser | undefined,
  waiters: readonly Waiter[],
  sendTrip: SendTrip,
  close: () => void,
): Promise<void> {
  let keys: readonly string[] = []
  let receivers: readonly ((key: string, output: Output | undefined) => void)[] = []
  const entries = () => {
    close()
    receivers = waiters.map(inRequestedOrder)
    const shared = merged(waiters)
    keys = [...shared.keys()]
    return [...shared.values()]
  }
  const onOutput: OnOutput = (index, output) => {
    for (const receive of receivers) receive(keys[index]!, output)
  }
  try {
    await sendTrip(user, entries, onOutput)
    for (const { settle } of waiters) settle(Promise.resolve())
  } catch (thrown) {
    close()
    // The entries of one must not fail the others: each gets a trip of its own.
    const isOwnError = waiters.length === 1 || thrown instanceof UnreachableError
    for (const waiter of waiters)
      waiter.settle(
        isOwnError ? Promise.reject(thrown) : sendTrip(user, () => waiter.entries, waiter.onOutput),
      )
  }
}

/** Identical entries run once; hidden if anyone hides them. */
function merged(waiters: readonly Waiter[]): Map<string, ScriptEntry> {
  const shared = new Map<string, ScriptEntry>()
  for (const entry of waiters.flatMap(({ entries }) => entries)) {
    const key = entryKey(entry)
    const known = shared.get(key)
    shared.set(
      key,
      withLimit(entry.isHidden || !known ? entry : known, entry.limitSeconds, known?.limitSeconds),
    )
  }
  return shared
}

/** Passes a waiter its outputs in the order of its own entries, in whatever order they arrive. */
function inRequestedOrder({ entries, onOutput }: Waiter): (key: string, output: Output | undefined) => void {
  const keys = entries.map(entryKey)
  const outputs = new Map<string, Output | undefined>()
  let next = 0
  return (key, output) => {
    outputs.set(key, output)
    for (; next < keys.length && outputs.has(keys[next]!); next += 1) onOutput(next, outputs.get(keys[next]!))
  }
}

function entryKey({ body, stdin, environment = [] }: ScriptEntry): string {
  const input = stdin ? createHash('sha256').update(stdin).digest('hex') : ''
  return `${input}${environment.map((pair) => `${pair.join('=')}\n`).join('')}\n${body}`
}
