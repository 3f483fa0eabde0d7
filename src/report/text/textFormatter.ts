// Formats a run's events as lines of text, for the lines mode and above the board.

import type { EventHandlers, EventOf, RunEvent } from '../../model/run/event.ts'
import type { HostRecap } from '../../model/run/outcome.ts'
import { lastVisible, sanitize, sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { type Answer, answerLines } from './answers.ts'
import { columnsFor, indent } from './columns.ts'
import { formatDuration } from './duration.ts'
import { locationText } from './failureText.ts'
import { hostLabel } from './hostLabel.ts'
import { createHostOutcomes, type HostOutcomes } from './hostOutcomes.ts'
import { resumeCommand } from './resumeCommand.ts'
import { checkSummary, hostSummary, plural, runSummary } from './summaries.ts'
import { retryLines, type TaskTextOptions, taskLines } from './taskLines.ts'

/** `verbosity`: 0 what happened; 1 also what was ok; 2 commands; 3 their output; 4 the connection. */
type TextFormatterOptions = TaskTextOptions

/** The lines of an event, without line ends; often none. */
export type TextFormatter = (event: RunEvent) => readonly string[]

const none: readonly string[] = []

/** Formats one run: give it every event in order. */
export function createTextFormatter(options: TextFormatterOptions): TextFormatter {
  const formatters = new RunFormatter(options).formatters
  return (event) => (formatters[event.kind] as (event: RunEvent) => readonly string[])(event)
}

class RunFormatter {
  readonly #options: TextFormatterOptions
  readonly #theme: Theme
  readonly #outcomes: HostOutcomes = createHostOutcomes()
  #columns = columnsFor([], false)
  #isCheck = false
  #plays = 0
  /** Plays with a summary: one in which no host has a task gets none. */
  #reportedPlays = 0
  #resumeCommand: string | undefined
  /** What commands said in the current play. */
  #answers: Answer[] = []
  /** The summary of a checked play, shown only if another play follows: the run's own says the same. */
  #pendingSummary: readonly string[] = none

  constructor(options: TextFormatterOptions) {
    this.#options = options
    this.#theme = options.theme
  }

  readonly formatters: EventHandlers<readonly string[]> = {
    runStart: ({ playbooks, resumable }) => {
      this.#resumeCommand = resumable && resumeCommand(playbooks, resumable)
      return none
    },
    playStart: (event) => this.#playHeading(event),
    hostStart: (event) => {
      this.#outcomes.record(event)
      return none
    },
    hostWaiting: ({ host, for: before }) =>
      this.#fromVerbosity(1, () => [this.#mutedRow(host, 'waiting', `for ${sanitize(before.join(', '))}`)]),
    taskStart: () => none,
    output: (event) => this.#outputLines(event),
    taskEnd: (event) => {
      this.#outcomes.record(event)
      if (this.#isAnswer(event)) this.#answers.push({ host: event.host, output: event.result.output })
      return this.#isAnswer(event) && this.#options.verbosity < 1
        ? none
        : taskLines(event, this.#columns, this.#isCheck, this.#options)
    },
    retry: (event) => retryLines(event, this.#columns, this.#options),
    trip: (event) => this.#fromVerbosity(2, () => [this.#tripLine(event)]),
    command: (event) => this.#fromVerbosity(2, () => this.#commandLines(event)),
    connection: ({ host, message }) =>
      this.#fromVerbosity(4, () =>
        sanitizeLines(message).map((line) => this.#mutedRow(host, 'connect', line)),
      ),
    hostEnd: ({ recap }) => this.#hostLines(recap),
    playEnd: (event) => this.#playLines(event),
    warning: ({ message, where }) => {
      const location = where ? `${this.#theme.location(locationText(where, this.#options.cwd))}  ` : ''
      const [first = '', ...rest] = sanitizeLines(message)
      return [`${this.#theme.changed('warning')}  ${location}${first}`, ...indent(rest, 9)]
    },
    interrupted: ({ running }) => {
      const head = this.#theme.failure('Interrupted.')
      if (running.length === 0) return [`${head} No step was running.`]
      const steps = running.map(
        (step) => `${this.#columns.host(hostLabel(step.host, step))}  ${sanitize(step.task)}`,
      )
      const hosts = new Set(running.map(({ host, delegate = host }) => delegate))
      return [`${head} A step was running on ${plural(hosts.size, 'host')}:`, ...indent(steps, 4)]
    },
    runEnd: (event) => this.#runLines(event),
  }

  #fromVerbosity(verbosity: number, lines: () => readonly string[]): readonly string[] {
    return this.#options.verbosity >= verbosity ? lines() : none
  }

  #mutedRow(host: string, label: string, text: string): string {
    return this.#theme.muted(this.#columns.row(host, label, text))
  }

  #playHeading(event: EventOf<'playStart'>): readonly string[] {
    const { play, hosts, isCheck } = event
    this.#outcomes.record(event)
    this.#plays += 1
    this.#isCheck = isCheck
    this.#columns = columnsFor(hosts, isCheck)
    const heading = `${this.#theme.bold(sanitize(play))}  ${plural(hosts.length, 'host')}`
    return [...this.#takePendingSummary(), ...this.#fromVerbosity(1, () => [heading])]
  }

  /** From -vvv on the whole output of commands is shown when they end; here it would appear twice. */
  #outputLines({ host, task, stream, line }: EventOf<'output'>): readonly string[] {
    const { verbosity } = this.#options
    const shown = lastVisible(line)
    if (verbosity < 1 || verbosity > 2 || shown === '') return none
    return [this.#mutedRow(hostLabel(host, task), stream === 'stderr' ? 'stderr' : 'output', shown)]
  }

  /** Tasks that run commands for a person, who wants to know what they say. */
  #isAnswer({ task, result: { status } }: EventOf<'taskEnd'>): boolean {
    const { hasAnswers, verbosity } = this.#options
    const isCommand = task.name === 'command' || task.name === 'shell'
    const isDone = status === 'ok' || status === 'changed'
    // From -vvv on the output of commands is shown as they end.
    return Boolean(hasAnswers) && isCommand && isDone && verbosity < 3 && !this.#isCheck
  }

  #tripLine({ host, as, probes, steps, durationMs }: EventOf<'trip'>): string {
    const user = as === undefined ? '' : ` as ${sanitize(as)}`
    const load = `${plural(steps, 'step')}, ${plural(probes, 'probe')}${user}`
    return this.#mutedRow(host, 'trip', `${load}, ${formatDuration(durationMs)}`)
  }

  #commandLines({ host, script, code, stdout, stderr, isStep }: EventOf<'command'>): readonly string[] {
    const { muted } = this.#theme
    const [first = '', ...rest] = sanitizeLines(script.trimEnd())
    const text = [first, ...indent(rest, this.#columns.textOffset)]
    if (code !== 0) text.push(`${text.pop()}   exit ${code}`)
    const output = this.#fromVerbosity(3, () => [...prefixed(stdout, '│ '), ...prefixed(stderr, '! ')])
    return [
      this.#columns.row(host, isStep ? 'step' : 'probe', text[0] ?? '', muted),
      ...text.slice(1),
      ...indent(output, this.#columns.textOffset).map(muted),
    ]
  }

  #hostLines(recap: HostRecap): readonly string[] {
    if (this.#isHidden(recap) || this.#hasAnswered(recap)) return none
    const { host, counts, tasks } = recap
    const { success, changed, failure } = this.#theme
    const outcome = this.#outcomes.inPlay(recap)
    const done = this.#outcomes.completedTasks(host)
    if (outcome === 'ok') return [this.#columns.row(host, 'ok', hostSummary(recap, this.#isCheck), success)]
    if (done === 0 && outcome !== 'stopped') return none
    const count = `${counts.changed} ${this.#isCheck ? 'would change' : 'changed'}`
    const text = `after ${done} of ${plural(tasks, 'task')}, ${count}`
    return [this.#columns.row(host, outcome, text, outcome === 'stopped' ? changed : failure)]
  }

  #playLines(event: EventOf<'playEnd'>): readonly string[] {
    const { play, hosts, durationMs, isCheck } = event
    const outcomes = hosts.map((recap) => this.#outcomes.inPlay(recap))
    this.#outcomes.record(event)
    if (hosts.every((recap) => this.#isHidden(recap))) return none
    this.#reportedPlays += 1
    const answers = answerLines(inOrder(this.#answers.splice(0), hosts), this.#theme)
    // Nothing but the answers, so that other programs can read them.
    if (answers.length > 0 && this.#options.verbosity < 1 && outcomes.every((outcome) => outcome === 'ok'))
      return answers
    const name = this.#theme.bold(sanitize(play))
    if (!isCheck) return [...answers, `${name}  ${runSummary(hosts, outcomes, durationMs)}`]
    this.#pendingSummary = [`${name}  ${checkSummary(hosts, outcomes)}`]
    return none
  }

  #runLines({ recap: { hosts, durationMs, isCheck, isInterrupted } }: EventOf<'runEnd'>): readonly string[] {
    const outcomes = this.#outcomes.inRun(hosts)
    if (this.#reportedPlays === 0 && !isInterrupted)
      return [`No tasks to run: ${plural(this.#plays, 'play')}, ${plural(hosts.length, 'host')}.`]
    const plays = plural(this.#reportedPlays, 'play')
    if (!isCheck) {
      const summary = `${this.#theme.bold(plays)}  ${runSummary(hosts, outcomes, durationMs)}`
      const isUnfinished = isInterrupted || outcomes.some((outcome) => outcome !== 'ok')
      return [...(this.#reportedPlays < 2 ? none : [summary]), ...(isUnfinished ? this.#resumeLines() : none)]
    }
    const cut = isInterrupted ? ' The run was interrupted.' : ''
    const closing = `${this.#theme.bold('Nothing was changed.')} ${checkSummary(hosts, outcomes)}.${cut}`
    return [...(this.#reportedPlays > 1 ? this.#takePendingSummary() : none), closing]
  }

  /** A host that is ok and has no tasks in the play is shown only with -v. */
  #isHidden(recap: HostRecap): boolean {
    const { verbosity } = this.#options
    return verbosity < 1 && recap.tasks === 0 && this.#outcomes.inPlay(recap) === 'ok' && recap.trips === 0
  }

  /** Its answer says that it is ok. */
  #hasAnswered({ host, counts }: HostRecap): boolean {
    const isOk = counts.failed + counts.unreachable === 0
    return isOk && this.#options.verbosity < 1 && this.#answers.some((answer) => answer.host === host)
  }

  #resumeLines(): readonly string[] {
    const command = this.#resumeCommand
    return command === undefined ? none : [`${this.#theme.hint(command)}   resumes from here`]
  }

  #takePendingSummary(): readonly string[] {
    const summary = this.#pendingSummary
    this.#pendingSummary = none
    return summary
  }
}

function inOrder(answers: readonly Answer[], recaps: readonly HostRecap[]): Answer[] {
  const places = new Map(recaps.map(({ host }, place) => [host, place]))
  return answers.toSorted((one, other) => places.get(one.host)! - places.get(other.host)!)
}

function prefixed(text: string, prefix: string): string[] {
  return text === '' ? [] : sanitizeLines(text).map((line) => prefix + line)
}
