// Turns the events of the engine into those of the public stream.

import { AggregatePlaybookError, type PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import type { EventHandlers, RunEvent, TaskLabel } from '../model/run/event.ts'
import { exitCode, type HostRecap, type ReportedChange, type TaskOutput } from '../model/run/outcome.ts'
import type { StreamEvent, StreamEventKind, StreamFields } from '../model/run/streamEvent.ts'
import { streamVersion } from '../model/run/streamVersion.ts'
import { Secret } from '../model/secrets/secret.ts'

export type StreamOptions = {
  /** How many -v: 1 adds the output of long steps, 2 trips and commands, 3 their output, 4 connections. */
  readonly verbosity: number
  readonly isDiffShown: boolean
  /** Now, as an ISO 8601 time in UTC. */
  readonly time: () => string
}

type EventStream = {
  /** The events to pass on, `start` before the first; none where it needs more -v. */
  readonly of: (event: RunEvent) => readonly StreamEvent[]
  /** The events for an error outside of the hosts: one for each of several errors. */
  readonly ofError: (thrown: unknown) => readonly StreamEvent[]
}

/** Fields without a value are undefined, which JSON leaves out. */
type Loose<T> = { readonly [K in keyof T]: T[K] | undefined }

/** By kind of event, its fields; undefined where it needs more -v. */
type Records = EventHandlers<object | undefined> & {
  readonly [K in RunEvent['kind']]: (event: never) => Loose<StreamFields<K>> | undefined
}

/** Begins a stream. Spans are in milliseconds, rounded. */
export function eventStream({ verbosity, isDiffShown, time }: StreamOptions): EventStream {
  const records = createRecords(verbosity, isDiffShown)
  let hasStarted = false
  const event = (kind: StreamEventKind, fields: object) =>
    withoutUndefined({ event: kind, time: time(), ...fields }) as StreamEvent
  const start = (): StreamEvent[] => {
    if (hasStarted) return []
    hasStarted = true
    return [event('start', { version: streamVersion })]
  }
  return {
    of: (each) => {
      const fields = (records[each.kind] as (event: RunEvent) => object | undefined)(each)
      return fields ? [...start(), event(each.kind, fields)] : []
    },
    ofError: (thrown) => {
      const errors = thrown instanceof AggregatePlaybookError ? thrown.errors : [toPlaybookError(thrown)]
      return [...start(), ...errors.map((error) => event('error', flatError(error)))]
    },
  }
}

function createRecords(verbosity: number, isDiffShown: boolean): Records {
  const from = <T>(least: number, fields: T) => (verbosity >= least ? fields : undefined)
  return {
    runStart: ({ playbooks, isCheck }) => ({ playbooks: [...playbooks], isCheck }),
    playStart: ({ play, hosts, isCheck }) => ({ play, hosts: [...hosts], isCheck }),
    hostStart: ({ play, host, tasks }) => ({ play, host, tasks }),
    hostWaiting: ({ play, host, for: before }) => ({ play, host, for: [...before] }),
    question: ({ play, task, hosts, text, name, isSecret, choices, default: preset, seconds, problem }) => ({
      play,
      ...labelFields(task),
      hosts: [...hosts],
      text,
      variable: name,
      seconds,
      problem,
      isSecret: isSecret || undefined,
      choices: choices && [...choices],
      default: preset,
    }),
    answer: ({ play, task, by, name, value }) => ({ play, ...labelFields(task), by, variable: name, value }),
    pause: ({ play, task, hosts, seconds }) => ({ play, ...labelFields(task), hosts: [...hosts], seconds }),
    taskStart: ({ host, task, index }) => ({ host, ...labelFields(task), index }),
    output: ({ host, task, stream, line }) => from(1, { host, ...labelFields(task), stream, line }),
    transfer: ({ host, bytes, total }) => from(1, { host, bytes, total }),
    taskEnd: ({ play, host, task, index, result }) => ({
      play,
      host,
      ...labelFields(task),
      index,
      status: result.status,
      isIgnored: result.isIgnored || undefined,
      reason: result.reason,
      message: result.message && from(result.message.verbosity ?? 0, result.message.text),
      changes: result.changes.map((change) => changeFields(change, isDiffShown)),
      ...outputFields(result.output),
      error: result.error && errorFields(result.error),
      durationMs: Math.round(result.durationMs),
    }),
    retry: ({ play, host, task, index, attempt, attempts, delaySeconds, from: first, result }) => ({
      play,
      host,
      ...labelFields(task),
      index,
      attempt,
      attempts,
      delayMs: Math.round(delaySeconds * 1000),
      from: first,
      changes: result.changes.map((change) => changeFields(change, isDiffShown)),
      error: result.error && errorFields(result.error),
      durationMs: Math.round(result.durationMs),
    }),
    trip: ({ host, as, probes, steps, durationMs }) =>
      from(2, { host, as, probes, steps, durationMs: Math.round(durationMs) }),
    command: ({ host, script, code, stdout, stderr, isStep }) =>
      from(2, { host, script, code, isStep, stdout: from(3, stdout), stderr: from(3, stderr) }),
    connection: ({ host, message }) => from(4, { host, message }),
    hostEnd: ({ play, recap }) => ({ play, ...recapFields(recap) }),
    playEnd: ({ play, hosts, durationMs, isCheck }) => ({
      play,
      hosts: hosts.map(recapFields),
      durationMs: Math.round(durationMs),
      isCheck,
    }),
    warning: ({ message, where }) => ({ message, where }),
    interrupted: ({ running }) => ({ running: [...running] }),
    runEnd: ({ recap }) => ({
      hosts: recap.hosts.map(recapFields),
      durationMs: Math.round(recap.durationMs),
      isCheck: recap.isCheck,
      isInterrupted: recap.isInterrupted,
      exitCode: exitCode(recap),
    }),
  }
}

/** Fields without a value are left out, as in JSON. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (value === null || typeof value !== 'object' || value instanceof Secret) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutUndefined(field)]))
}

function labelFields({ name, title, isHandler, delegate, where }: TaskLabel) {
  return { task: title, name, isHandler: isHandler || undefined, delegate, where }
}

function changeFields({ what, whole, from, to, diff }: ReportedChange, isDiffShown: boolean) {
  return { what, whole, from, to, diff: isDiffShown ? diff : undefined }
}

function outputFields(output: TaskOutput | undefined) {
  return { stdout: output?.stdout, stderr: output?.stderr, truncated: output?.isTruncated }
}

function errorFields(error: PlaybookError) {
  const faults = error instanceof AggregatePlaybookError ? error.errors.map(singleError) : undefined
  return { ...singleError(error), faults }
}

function singleError({ code, message, details, hint, where }: PlaybookError) {
  return { code, message, details: [...details], hint, where }
}

function flatError({ code, message, details, hint, where }: PlaybookError) {
  return { code, message, details: [...details], hint, ...where }
}

function recapFields({ host, counts, ignored, tasks, trips, durationMs, isCutShort, owed }: HostRecap) {
  return {
    host,
    ...counts,
    ignored,
    tasks,
    trips,
    durationMs: Math.round(durationMs),
    isCutShort: isCutShort || undefined,
    owed: owed && [...owed],
  }
}
