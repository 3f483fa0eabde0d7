// Collects the events of a run as tables of plays: a column for a task, a row for a host.

import type { EventOf, Resumable, RunEvent } from '../../model/run/event.ts'
import type { HostRecap, RunRecap } from '../../model/run/outcome.ts'
import { createHostOutcomes, type HostOutcome } from '../text/hostOutcomes.ts'
import { type Column, type ColumnList, createColumns } from './columns.ts'

/** Times are milliseconds since the start of the run. */
export type RunTable = {
  readonly start: EventOf<'runStart'> | undefined
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly plays: readonly PlayTable[]
  /** By host: also those made for a later play while another one went on. */
  readonly trips: ReadonlyMap<string, readonly Trip[]>
  readonly warnings: readonly EventOf<'warning'>[]
  /** Undefined if the run was killed or is still running. */
  readonly recap: RunRecap | undefined
}

type PlayTable = {
  readonly name: string
  readonly isCheck: boolean
  readonly columns: ColumnList
  readonly hosts: ReadonlyMap<string, TableRow>
  readonly durationMs: number | undefined
}

export type TableRow = {
  /** In the order in which they ended; a block that was tried several times has its tasks as often. */
  readonly entries: readonly Entry[]
  readonly outcome: HostOutcome | 'unfinished'
  readonly recap: HostRecap | undefined
}

type Entry = {
  readonly column: Column
  readonly event: EventOf<'taskEnd' | 'retry'>
  readonly startMs: number
}

type Trip = {
  readonly startMs: number
  readonly durationMs: number
  readonly steps: number
  readonly probes: number
}

type Row = {
  entries: Entry[]
  begun: Map<number, number>
  outcome: TableRow['outcome']
  recap: HostRecap | undefined
}

type Play = Omit<PlayTable, 'hosts' | 'durationMs'> & {
  readonly hosts: Map<string, Row>
  durationMs: number | undefined
}

type TableBuilder = {
  /** @param time when it happened, in milliseconds since 1970 */
  readonly record: (event: RunEvent, time: number) => void
  readonly table: () => RunTable
}

export function createRunTable(): TableBuilder {
  const outcomes = createHostOutcomes()
  const plays: Play[] = []
  const trips = new Map<string, Trip[]>()
  const warnings: EventOf<'warning'>[] = []
  let start: EventOf<'runStart'> | undefined
  let startedAt = 0
  let recap: RunRecap | undefined
  const rowOf = (host: string): Row => {
    const { hosts } = plays.at(-1)!
    const row = hosts.get(host) ?? newRow()
    hosts.set(host, row)
    return row
  }
  const end = (event: EventOf<'taskEnd' | 'retry'>, now: number) => {
    const row = rowOf(event.host)
    const { durationMs } = event.result
    const startMs = row.begun.get(event.index) ?? Math.max(0, now - durationMs)
    row.entries.push({ column: plays.at(-1)!.columns.of(event), event, startMs })
  }
  const record = (event: RunEvent, now: number) => {
    outcomes.record(event)
    switch (event.kind) {
      case 'playStart': {
        const hosts = new Map(event.hosts.map((host) => [host, newRow()]))
        const { play: name, isCheck } = event
        plays.push({ name, isCheck, columns: createColumns(), hosts, durationMs: undefined })
        break
      }
      case 'hostStart': // again, where others changed what it had read
        plays.at(-1)!.columns.begin(event.host)
        rowOf(event.host).entries = []
        break
      case 'taskStart':
        rowOf(event.host).begun.set(event.index, now)
        break
      case 'taskEnd':
      case 'retry':
        end(event, now)
        break
      case 'trip': {
        const { durationMs, steps, probes, host } = event
        const made = trips.get(host) ?? []
        made.push({ startMs: Math.max(0, now - durationMs), durationMs, steps, probes })
        trips.set(host, made)
        break
      }
      case 'hostEnd': {
        const row = rowOf(event.recap.host)
        row.outcome = outcomes.inPlay(event.recap)
        row.recap = event.recap
        break
      }
      case 'playEnd':
        plays.at(-1)!.durationMs = event.durationMs
        break
      case 'warning':
        warnings.push(event)
        break
      case 'runEnd':
        recap = event.recap
        break
    }
  }
  return {
    record: (event, time) => {
      if (event.kind === 'runStart') {
        start = event
        startedAt = time
      }
      record(event, Math.max(0, time - startedAt))
    },
    table: () => ({ start, startedAt, plays, trips, warnings, recap }),
  }
}

function newRow(): Row {
  return { entries: [], begun: new Map(), outcome: 'unfinished', recap: undefined }
}

/** The flags with which a run was made, as they can be typed; values of variables that were not kept are left open. */
export function flagsOf({ flags, unkeptVars }: Resumable, isCheck: boolean): string[] {
  const typed = Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (value === false || value === undefined || value === null) return []
    if (value === true) return [flag]
    return [value].flat().flatMap((each) => [shortFlags[name] ?? flag, String(each)])
  })
  return [...typed, ...unkeptVars.flatMap((name) => ['-e', `${name}=…`]), ...(isCheck ? ['--check'] : [])]
}

const shortFlags: { readonly [name: string]: string } = {
  inventory: '-i',
  limit: '-l',
  tags: '-t',
  extraVars: '-e',
}
