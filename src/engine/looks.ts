// Lets those who ask one host at the same time share a trip: many hosts that delegate to it, and itself.

import { UnreachableError } from '../model/error.ts'
import type { Output } from '../model/probe.ts'
import type { ScriptEntry } from '../wire/script.ts'

type Outputs = (Output | undefined)[]

/** Runs probes as a user, and gives their outputs in order. */
export type Look = (as: string | undefined, entries: readonly ScriptEntry[]) => Promise<Outputs>

/** `entries` is called when the shell is free to run them. */
type Trip = (as: string | undefined, entries: () => readonly ScriptEntry[]) => Promise<Outputs>

type Party = {
  readonly entries: readonly ScriptEntry[]
  readonly settle: (outputs: Promise<Outputs>) => void
}

export function createLooks(trip: Trip): Look {
  const gathering = new Map<string, Party[]>()
  return async (as, entries) => {
    if (entries.length === 0) return []
    const key = as ?? ''
    return new Promise<Outputs>((settle) => {
      const party = { entries, settle }
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
  let shared: Map<string, ScriptEntry>
  try {
    const outputs = await trip(as, () => {
      close()
      shared = merged(parties)
      return [...shared.values()]
    })
    const at = new Map([...shared!.keys()].map((key, index) => [key, index]))
    for (const { entries, settle } of parties)
      settle(Promise.resolve(entries.map((entry) => outputs[at.get(entryKey(entry))!])))
  } catch (thrown) {
    close()
    const isOwnFault = parties.length === 1 || thrown instanceof UnreachableError
    for (const { entries, settle } of parties)
      settle(isOwnFault ? Promise.reject(thrown) : trip(as, () => entries))
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

function entryKey({ body, environment = [] }: ScriptEntry): string {
  return `${environment.map((pair) => `${pair.join('=')}\n`).join('')}\n${body}`
}
