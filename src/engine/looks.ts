// Lets those who ask one host at the same time share a trip: many hosts that delegate to it, and itself.

import { UnreachableError } from '../model/errors/error.ts'
import type { Output } from '../model/probe.ts'
import type { ScriptEntry } from '../wire/script.ts'

/** Takes the output of an entry as soon as it is there: of one after the other, in the order in which they were given. */
export type TakeAnswer = (index: number, output: Output | undefined) => void

/** Runs probes as a user. Resolves when all are answered. */
export type Look = (
  as: string | undefined,
  entries: readonly ScriptEntry[],
  take: TakeAnswer,
) => Promise<void>

/** `entries` is called when the shell is free to run them. */
type Trip = (
  as: string | undefined,
  entries: () => readonly ScriptEntry[],
  take: TakeAnswer,
) => Promise<unknown>

type Party = {
  readonly entries: readonly ScriptEntry[]
  readonly take: TakeAnswer
  readonly settle: (end: Promise<unknown>) => void
}

export function createLooks(trip: Trip): Look {
  const gathering = new Map<string, Party[]>()
  return async (as, entries, take) => {
    if (entries.length === 0) return
    const key = as ?? ''
    await new Promise<unknown>((settle) => {
      const party = { entries, take, settle }
      const joined = gathering.get(key)
      if (joined) joined.push(party)
      else {
        const parties = [party]
        gathering.set(key, parties)
        void travel(as, parties, trip, () => gathering.delete(key))
      }
    })
  }
}

/** `close` ends the gathering: who asks from then on travels with the next. */
async function travel(
  as: string | undefined,
  parties: readonly Party[],
  trip: Trip,
  close: () => void,
): Promise<void> {
  let keys: readonly string[] = []
  let takers: readonly ((key: string, output: Output | undefined) => void)[] = []
  const entries = () => {
    close()
    takers = parties.map(inOwnOrder)
    const shared = merged(parties)
    keys = [...shared.keys()]
    return [...shared.values()]
  }
  const take: TakeAnswer = (index, output) => {
    for (const each of takers) each(keys[index]!, output)
  }
  try {
    await trip(as, entries, take)
    for (const { settle } of parties) settle(Promise.resolve())
  } catch (thrown) {
    close()
    const isOwnFault = parties.length === 1 || thrown instanceof UnreachableError
    for (const party of parties)
      party.settle(isOwnFault ? Promise.reject(thrown) : trip(as, () => party.entries, party.take))
  }
}

/** What several ask is asked once, and told only if nobody hides it. */
function merged(parties: readonly Party[]): Map<string, ScriptEntry> {
  const shared = new Map<string, ScriptEntry>()
  for (const entry of parties.flatMap(({ entries }) => entries)) {
    const key = entryKey(entry)
    if (entry.isHidden || !shared.has(key)) shared.set(key, entry)
  }
  return shared
}

/** Hands a party its answers in its own order, whatever order they come in: others may have asked some of it before. */
function inOwnOrder({ entries, take }: Party): (key: string, output: Output | undefined) => void {
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
