// Reports to machines: one JSON object a line on stdout.

import { AggregatePlaybookError, type PlaybookError } from '../model/errors/error.ts'
import type { EventHandlers, RunEvent, TaskLabel } from '../model/run/event.ts'
import type { HostRecap, ReportedChange } from '../model/run/outcome.ts'
import type { Reporter } from './output/reporterTypes.ts'
import type { Sink } from './output/sink.ts'

type JsonlOptions = {
  readonly verbosity: number
  readonly isDiffShown: boolean
  readonly sink: Sink
  /** Now, as an ISO 8601 time in UTC. */
  readonly time: () => string
}

type Fields = { readonly [name: string]: unknown }

/** What each kind of event becomes; undefined where it needs more -v. */
type Records = EventHandlers<Fields | undefined>

/**
 * Writes one object a line. Fields without a value are left out; times are ISO 8601 in UTC, spans milliseconds.
 *
 * Every line: `event`, `time`. Then by `event`:
 *
 * - `runStart`: `playbooks` (string[]), `isCheck`
 * - `playStart`: `play`, `hosts` (string[]), `isCheck`
 * - `hostStart`: `play`, `host`, `tasks` (how many)
 * - `hostWaiting`: `play`, `host`, `for` (the hosts it waits for)
 * - `taskStart`: `host`, `task`, `index` (from 0)
 * - `taskEnd`: `play`, `host`, `task`, `index`, `status` (`ok`, `changed`, `failed`, `unreachable`, `skipped`,
 *   `unknown`), `isIgnored` (true for an ignored failure), `reason`, `changes`, `error`, `durationMs`
 * - `hostEnd`: `play` and a recap: `host`, `ok`, `changed`, `failed`, `unreachable`, `skipped`, `unknown`, `ignored`, `tasks`,
 *   `trips`, `durationMs`
 * - `playEnd`: `play`, `hosts` (recaps), `durationMs`, `isCheck`
 * - `warning`: `message`, `where`
 * - `interrupted`: `running` ({ host, task, delegate }[])
 * - `runEnd`: `hosts` (recaps over all plays), `durationMs`, `isCheck`, `isInterrupted`
 *
 * With -v `output`: `host`, `task`, `stream`, `line`. With -vv `trip`: `host`, `as`, `probes`, `steps`, `durationMs`,
 * and `command`: `host`, `script`, `code`, `isStep`, with -vvv also `stdout`, `stderr`. With -vvvv `connection`:
 * `host`, `message`.
 *
 * `task` is the title; with it come `name` (the kind of task), `isHandler` (true for one), `delegate` (the host it runs
 * on, where that is not `host`) and `where` ({ file, line, column }). `changes` is { what, from, to }[], with
 * --diff also `diff` { path, before, after }; `error` { code, message, details (string[]), hint, where }, and
 * `faults` (such errors) where there are several.
 */
export function createJsonlReporter({ verbosity, isDiffShown, sink, time }: JsonlOptions): Reporter {
  const records = createRecords(verbosity, isDiffShown)
  return {
    handle: (event) => {
      if (!sink.isOpen()) return
      const fields = (records[event.kind] as (event: RunEvent) => Fields | undefined)(event)
      if (fields) sink.write(`${safeJson({ event: event.kind, time: time(), ...fields })}\n`)
    },
    close: () => sink.flush(),
  }
}

function createRecords(verbosity: number, isDiffShown: boolean): Records {
  const at = (least: number, fields: Fields) => (verbosity >= least ? fields : undefined)
  return {
    runStart: ({ playbooks, isCheck }) => ({ playbooks, isCheck }),
    playStart: ({ play, hosts, isCheck }) => ({ play, hosts, isCheck }),
    hostStart: ({ play, host, tasks }) => ({ play, host, tasks }),
    hostWaiting: ({ play, host, for: before }) => ({ play, host, for: before }),
    taskStart: ({ host, task, index }) => ({ host, ...taskRecord(task), index }),
    output: ({ host, task, stream, line }) => at(1, { host, ...taskRecord(task), stream, line }),
    taskEnd: ({ play, host, task, index, result }) => ({
      play,
      host,
      ...taskRecord(task),
      index,
      status: result.status,
      isIgnored: result.isIgnored,
      reason: result.reason,
      changes: result.changes.map((change) => changeRecord(change, isDiffShown)),
      error: result.error && errorRecord(result.error),
      durationMs: Math.round(result.durationMs),
    }),
    trip: ({ host, as, probes, steps, durationMs }) =>
      at(2, { host, as, probes, steps, durationMs: Math.round(durationMs) }),
    command: ({ host, script, code, stdout, stderr, isStep }) =>
      at(2, { host, script, code, isStep, ...(verbosity >= 3 && { stdout, stderr }) }),
    connection: ({ host, message }) => at(4, { host, message }),
    hostEnd: ({ play, recap }) => ({ play, ...recapRecord(recap) }),
    playEnd: ({ play, hosts, durationMs, isCheck }) => ({
      play,
      hosts: hosts.map(recapRecord),
      durationMs: Math.round(durationMs),
      isCheck,
    }),
    warning: ({ message, where }) => ({ message, where }),
    interrupted: ({ running }) => ({ running }),
    runEnd: ({ recap: { hosts, durationMs, isCheck, isInterrupted } }) => ({
      hosts: hosts.map(recapRecord),
      durationMs: Math.round(durationMs),
      isCheck,
      isInterrupted,
    }),
  }
}

function taskRecord({ name, title, isHandler, delegate, where }: TaskLabel): Fields {
  return { task: title, name, isHandler: isHandler || undefined, delegate, where }
}

function changeRecord({ what, from, to, diff }: ReportedChange, isDiffShown: boolean): Fields {
  return { what, from, to, diff: isDiffShown ? diff : undefined }
}

function errorRecord(error: PlaybookError): Fields {
  const { code, message, details, hint, where } = error
  return {
    code,
    message,
    details,
    hint,
    where,
    faults: error instanceof AggregatePlaybookError ? error.errors.map(errorRecord) : undefined,
  }
}

function recapRecord({ host, counts, ignored, tasks, trips, durationMs }: HostRecap): Fields {
  return { host, ...counts, ignored, tasks, trips, durationMs: Math.round(durationMs) }
}

/** JSON escapes no DEL, C1 or bidi characters, which a terminal would obey; escaped they mean the same. */
function safeJson(value: Fields): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
