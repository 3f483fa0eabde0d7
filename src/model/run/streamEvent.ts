// Schemas of the events that leave a run: for --output jsonl, reporters and code.

import { z } from 'zod'
import { streamVersion } from './streamVersion.ts'

const text = z.string()
const count = z.int().min(0)
const durationMs = z.int().min(0).describe('How long it took, in milliseconds.')
const host = text.describe('The name of the host in the inventory.')
const play = text.describe('The name of the play.')
const isCheck = z.boolean().describe('A dry run (--check).')
const stream = z.enum(['stdout', 'stderr'])

const location = z
  .object({ file: text, line: z.int(), column: z.int().optional() })
  .describe('A place in a file. Lines and columns start at 1.')

const change = z
  .object({
    what: text,
    whole: text
      .optional()
      .describe('The whole of `what`, if that is abbreviated (a long command). It may have several lines.'),
    from: text,
    to: text,
    diff: z
      .object({ path: text, before: text, after: text })
      .optional()
      .describe('The full texts, with --diff.'),
  })
  .describe('One difference: what differs, its old and its new value.')

const errorFields = {
  code: text.describe('Stable: E_UNKNOWN_TASK.'),
  message: text,
  details: z.array(text).describe('Further lines, such as the last lines of the output of a command.'),
  hint: text.optional().describe('What to do next.'),
}

const singleError = z.object({ ...errorFields, where: location.optional() })
const error = singleError.extend({
  faults: z.array(singleError).optional().describe('The errors, where there are several.'),
})

const label = {
  task: text.describe('The title of the task.'),
  name: text.describe('The kind of task: copyFile.'),
  isHandler: z.literal(true).optional().describe('It is a handler.'),
  delegate: text.optional().describe('The host on which it runs, if that is not `host`.'),
  where: location.optional().describe('Where the task was made.'),
}

const statuses = ['ok', 'changed', 'failed', 'unreachable', 'skipped', 'unknown'] as const

const recap = {
  host,
  ...({
    ok: count,
    changed: count,
    failed: count,
    unreachable: count,
    skipped: count,
    unknown: count,
  } satisfies {
    readonly [S in (typeof statuses)[number]]: typeof count
  }),
  ignored: count.describe('Failures that were ignored. They are not counted as failed.'),
  tasks: count,
  trips: count.describe('Round trips to the host.'),
  durationMs,
  isCutShort: z
    .literal(true)
    .optional()
    .describe('It was stopped before its end, but not by a failure of its own.'),
  owed: z
    .array(text)
    .optional()
    .describe('Handlers that were notified and have not run: a later run runs them.'),
}
const recaps = z.array(z.object(recap))

const index = z
  .int()
  .describe('The position of the task in its play on this host, from 0; -1: before the first.')

/** By event: what it means, and its fields besides `event` and `time`. */
const events = {
  start: ['The first event of every stream.', { version: z.literal(streamVersion) }],
  error: [
    'An error that ends the command before a run, or outside of its hosts. One event for each.',
    { ...errorFields, file: text.optional(), line: z.int().optional(), column: z.int().optional() },
  ],
  runStart: ['The run begins.', { playbooks: z.array(text), isCheck }],
  playStart: ['A play begins.', { play, hosts: z.array(text).describe("In the play's order."), isCheck }],
  hostStart: ['The tasks of a host are known.', { play, host, tasks: count.describe('Their number.') }],
  hostWaiting: [
    'A host waits for its batch, a throttle, or a host that runs a task for all.',
    {
      play,
      host,
      for: z
        .array(text)
        .describe('The hosts that it waits for; none: it waits until fewer hosts run at once.'),
    },
  ],
  question: [
    'A person is asked, once for all hosts that wait. How it was answered comes with `answer`.',
    {
      play,
      ...label,
      hosts: z.array(text).describe('Those that wait.'),
      text: text.describe('The question.'),
      variable: text.optional().describe('Of a `prompt`: the variable of -e that answers it.'),
      isSecret: z.literal(true).optional().describe('The answer is not shown.'),
      choices: z.array(text).optional().describe('The allowed answers.'),
      default: text.optional().describe('What an empty answer means.'),
      seconds: z.number().optional().describe('After this many seconds it continues by itself.'),
      problem: text.optional().describe('Why the last answer was refused.'),
    },
  ],
  answer: [
    'The answer to a question, even if -e or a default gave it.',
    {
      play,
      ...label,
      by: z
        .enum(['person', 'variable', 'default', 'time', 'nobody'])
        .describe(
          '`person`: at the terminal, or code; `variable`: -e; `default`; `time`: a pause is over; `nobody`: there is no answer.',
        ),
      variable: text.optional().describe('Of a `prompt`: its name.'),
      value: text.optional().describe('The answer, unless it is secret.'),
    },
  ],
  pause: [
    'All hosts that have reached a task pause for a time.',
    { play, ...label, hosts: z.array(text), seconds: z.number() },
  ],
  taskStart: ['A task begins to change something on a host.', { host, ...label, index }],
  output: [
    'A line of output of a command that runs for longer than 0.3 s; with -v.',
    { host, ...label, stream, line: text },
  ],
  transfer: [
    'How much of a file has been sent to a host, or fetched to this machine for it, where that takes longer than 0.3 s; with -v.',
    {
      host,
      bytes: count,
      total: count.optional().describe('Its size in bytes; absent: unknown.'),
    },
  ],
  taskEnd: [
    'A task ended on a host.',
    {
      play,
      host,
      ...label,
      index,
      status: z
        .enum(statuses)
        .describe('`unknown` occurs in dry runs only: it depends on an earlier change.'),
      isIgnored: z.literal(true).optional().describe('The failure is ignored or rescued.'),
      reason: text.optional().describe('Why it was skipped, or what an unknown result depends on.'),
      message: text.optional().describe('What the task shows, of one line or several (`debug`).'),
      changes: z.array(change),
      stdout: text
        .optional()
        .describe('What the commands that carried out the changes printed: the last 64 KiB.'),
      stderr: text.optional().describe('The same of their standard error.'),
      truncated: z.literal(true).optional().describe('`stdout` or `stderr` was longer.'),
      error: error.optional(),
      durationMs,
    },
  ],
  retry: [
    'A try of a block failed at this task, and all tasks of the block run again. The task has no taskEnd for this try, unless an `always` came after it.',
    {
      play,
      host,
      ...label,
      index,
      attempt: z.int().describe('The number of the try that failed, from 1.'),
      attempts: count.describe('The number of tries.'),
      delayMs: count.describe('The pause before the next try.'),
      from: z.int().describe('The index of the first task of the next try.'),
      changes: z.array(change),
      error: error.optional(),
      durationMs,
    },
  ],
  trip: [
    'A round trip to a host; with -vv.',
    {
      host,
      as: text.optional().describe('The user; absent: the login user.'),
      probes: count,
      steps: count,
      durationMs,
    },
  ],
  command: [
    'A command of a trip; with -vv.',
    {
      host,
      script: text,
      code: z.int().describe('The exit code.'),
      isStep: z.boolean().describe('It changes something; otherwise it reads.'),
      stdout: text.optional().describe('With -vvv.'),
      stderr: text.optional().describe('With -vvv.'),
    },
  ],
  connection: ['A message about a connection; with -vvvv.', { host, message: text }],
  hostEnd: ['A host ended a play; how often each status occurred.', { play, ...recap }],
  playEnd: ['A play ended on all its hosts.', { play, hosts: recaps, durationMs, isCheck }],
  warning: ['A warning; the run continues.', { message: text, where: location.optional() }],
  interrupted: [
    'The run was interrupted.',
    {
      running: z
        .array(z.object({ host: text, task: text, delegate: text.optional() }))
        .describe('The steps that were running.'),
    },
  ],
  runEnd: [
    'The run ended: the sums over all plays.',
    {
      hosts: recaps,
      durationMs,
      isCheck,
      isInterrupted: z.boolean(),
      exitCode: z
        .int()
        .describe('0 success, 2 a host failed, 4 a host was unreachable, 6 both, 130 interrupted.'),
    },
  ],
} as const satisfies { readonly [event: string]: readonly [summary: string, fields: z.ZodRawShape] }

type Events = typeof events

/** An event of a kind, without its time. */
export type StreamFields<K extends keyof Events> = z.output<z.ZodObject<Events[K][1]>>

export type StreamEventKind = keyof Events

/** An event of a kind. */
export type StreamEventOf<K extends StreamEventKind> = {
  readonly event: K
  readonly time: string
} & StreamFields<K>

/**
 * What happens in a run, as `--output jsonl` prints it: `event` says what, `time` when (ISO 8601, UTC). Secrets are
 * masked. docs/events.md lists the events and their fields.
 */
export type StreamEvent = { readonly [K in StreamEventKind]: StreamEventOf<K> }[StreamEventKind]

const time = z.iso.datetime().describe('When it happened, in UTC.')

/** The schema of an event; strict: without fields that are not listed. */
export function streamEventSchema({ isStrict = false } = {}): z.ZodType {
  const objectOf = isStrict ? z.strictObject : z.object
  const schemas = Object.entries(events).map(([kind, [summary, fields]]) =>
    objectOf({ event: z.literal(kind), time, ...fields }).meta({ title: kind, description: summary }),
  )
  return z.union(schemas as unknown as readonly [z.ZodType, z.ZodType]).meta({
    title: 'Events of run-playbook',
    description: `A line of --output jsonl, version ${streamVersion}. Fields and events may be added within a version.`,
  })
}
