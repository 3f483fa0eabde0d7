// Formats a run's events as lines of text, for the lines mode and above the board.

import type { EventHandlers, EventOf, RunEvent } from '../../model/run/event.ts'
import type { HostRecap } from '../../model/run/outcome.ts'
import { sanitize, sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { FailureCodes } from '../summary/explainLine.ts'
import { RunClosing } from '../summary/runClosing.ts'
import { columnsFor } from '../text/columns.ts'
import { formatDuration } from '../text/duration.ts'
import { hostLabel } from '../text/hostLabel.ts'
import { groupLabel } from '../text/hostNames.ts'
import { createHostOutcomes, type HostOutcomes } from '../text/hostOutcomes.ts'
import { resumeCommand } from '../text/resumeCommand.ts'
import { checkSummary, hostSummary, plural, runSummary } from '../text/summaries.ts'
import { isShown, retryLines, type TaskTextOptions, taskLines } from '../text/taskLines.ts'
import { CommandAnswers } from './commandAnswers.ts'
import { FoldedLines, type Render } from './foldedLines.ts'
import { interruptedLines, warningLines } from './incidentLines.ts'
import { commandLines, outputLines, tripLine } from './verboseLines.ts'

type TextFormatterOptions = TaskTextOptions & {
  /** Shows the output of commands, equal output of hosts once, instead of a line that they were run. */
  readonly hasAnswers?: boolean | undefined
  /** Milliseconds, for lines that wait for equal ones of other hosts. */
  readonly now: () => number
  /** Columns of a line; default 110. */
  readonly columns?: () => number | undefined
}

/** Lines have no line ends. */
export type TextFormatter = {
  /** The lines of an event; often none. */
  readonly format: (event: RunEvent) => readonly string[]
  /** Lines of earlier events that have waited long enough for equal ones of other hosts. */
  readonly overdue: () => readonly string[]
}

const none: readonly string[] = []

/** In plays of more hosts equal lines are folded. */
const foldsFrom = 5
/** What is no further up than this is still on the screen. */
const shortRun = 20
const summaryHeight = 27
const quietHeight = 36

/** Formats one run: give it every event in order. `verbosity` is -1 for -q, and the number of -v otherwise. */
export function createTextFormatter(options: TextFormatterOptions): TextFormatter {
  return new RunFormatter(options)
}

class RunFormatter implements TextFormatter {
  readonly #options: TextFormatterOptions
  readonly #theme: Theme
  readonly #outcomes: HostOutcomes = createHostOutcomes()
  readonly #closing = new RunClosing(this.#outcomes)
  readonly #codes = new FailureCodes()
  readonly #answers: CommandAnswers
  #folded: FoldedLines | undefined
  #hasFolded = false
  #columns = columnsFor([], false)
  #isCheck = false
  #plays = 0
  /** The names of plays with a summary: one in which no host has a task gets none. */
  #reportedPlays: string[] = []
  #resumeCommand: string | undefined
  /** The summary of a checked play, shown only if another play follows: the run's own says the same. */
  #pendingSummary: readonly string[] = none
  /** How many lines there are so far, and how many there were before the first failure. */
  #printed = 0
  #printedBeforeFailure: number | undefined

  constructor(options: TextFormatterOptions) {
    this.#options = options
    this.#theme = options.theme
    this.#answers = new CommandAnswers(options)
  }

  format(event: RunEvent): readonly string[] {
    this.#outcomes.record(event)
    this.#closing.record(event)
    this.#codes.record(event)
    return this.#counted((this.#formatters[event.kind] as (event: RunEvent) => readonly string[])(event))
  }

  overdue(): readonly string[] {
    return this.#counted(this.#folded?.overdue() ?? none)
  }

  readonly #formatters: EventHandlers<readonly string[]> = {
    runStart: ({ playbooks, resumable }) => {
      this.#resumeCommand = resumable && resumeCommand(playbooks, resumable, this.#options.program)
      return none
    },
    playStart: (event) => this.#playHeading(event),
    hostStart: () => none,
    hostWaiting: ({ host, for: before }) =>
      this.#fromVerbosity(1, () => [
        this.#mutedRow(
          host,
          'waiting',
          before.length > 0 ? `for ${sanitize(before.join(', '))}` : 'for its turn',
        ),
      ]),
    question: () => this.#flushed(),
    answer: ({ task, by, name, value }) =>
      this.#fromVerbosity(1, () => {
        const how =
          by === 'nobody' ? 'nobody answered' : `by ${by}${value === undefined ? '' : `: ${sanitize(value)}`}`
        return [this.#mutedRow(name ?? '', 'answer', `${sanitize(task.title)}   ${how}`)]
      }),
    pause: ({ hosts, seconds, task }) =>
      this.#fromVerbosity(0, () => [
        ...this.#flushed(),
        this.#mutedRow(
          groupLabel(hosts),
          'waiting',
          `${formatDuration(seconds * 1000)}   ${sanitize(task.title)}`,
        ),
      ]),
    taskStart: () => none,
    output: (event) => outputLines(event, this.#columns, this.#options),
    transfer: () => none,
    taskEnd: (event) => this.#taskLines(event),
    retry: (event) =>
      this.#fromVerbosity(0, () =>
        this.#perHost(hostLabel(event.host, event.task), (label) =>
          retryLines(event, label, this.#columns, this.#options),
        ),
      ),
    trip: (event) => this.#fromVerbosity(2, () => [tripLine(event, this.#columns, this.#options)]),
    command: (event) => this.#fromVerbosity(2, () => commandLines(event, this.#columns, this.#options)),
    connection: ({ host, message }) =>
      this.#fromVerbosity(4, () =>
        sanitizeLines(message).map((line) => this.#mutedRow(host, 'connect', line)),
      ),
    hostEnd: ({ recap }) => this.#hostLines(recap),
    playEnd: (event) => [...this.#flushed(), ...this.#playLines(event)],
    warning: (event) => warningLines(event, this.#options),
    interrupted: (event) => [...this.#flushed(), ...interruptedLines(event, this.#columns, this.#theme)],
    runEnd: (event) => [...this.#flushed(), ...this.#runLines(event)],
  }

  #counted(lines: readonly string[]): readonly string[] {
    this.#printed += lines.length
    return lines
  }

  #fromVerbosity(verbosity: number, lines: () => readonly string[]): readonly string[] {
    return this.#options.verbosity >= verbosity ? lines() : none
  }

  #mutedRow(host: string, label: string, text: string): string {
    return this.#theme.muted(this.#columns.row(host, label, text))
  }

  #playHeading({ play, hosts, isCheck }: EventOf<'playStart'>): readonly string[] {
    const { verbosity, now } = this.#options
    this.#plays += 1
    this.#isCheck = isCheck
    const isFolded = verbosity < 1 && hosts.length >= foldsFrom
    const count = plural(hosts.length, 'host')
    this.#columns = columnsFor(isFolded ? [...hosts, count] : hosts, isCheck)
    const namesLine = (names: string) =>
      this.#theme.muted(`${' '.repeat(this.#columns.textOffset)}on ${names}`)
    this.#folded = isFolded ? new FoldedLines({ now, hosts, namesLine }) : undefined
    this.#hasFolded ||= isFolded
    const heading = `${this.#theme.bold(sanitize(play))}  ${count}`
    return [...this.#takePendingSummary(), ...this.#fromVerbosity(1, () => [heading])]
  }

  #taskLines(event: EventOf<'taskEnd'>): readonly string[] {
    const { result } = event
    const { isIgnored, status } = result
    const { verbosity, hasAnswers } = this.#options
    // Most tasks of most runs.
    if (verbosity < 1 && status === 'ok' && !hasAnswers && !isShown(result, verbosity)) return none
    if (!isIgnored && (status === 'failed' || status === 'unreachable'))
      this.#printedBeforeFailure ??= this.#printed
    if (!this.#isCheck && this.#answers.take(event)) return none
    return this.#fromVerbosity(0, () =>
      this.#perHost(hostLabel(event.host, event.task), (label) =>
        taskLines(event, label, this.#columns, this.#isCheck, this.#options),
      ),
    )
  }

  /** The lines of one host, folded with those of others in a large play. */
  #perHost(host: string, render: Render): readonly string[] {
    return this.#folded && render('').length > 0 ? this.#folded.add(host, render) : render(host)
  }

  #flushed(): readonly string[] {
    return this.#folded?.flush() ?? none
  }

  #hostLines(recap: HostRecap): readonly string[] {
    const outcome = this.#outcomes.inPlay(recap)
    if (this.#isHidden(recap) || this.#options.verbosity < 0) return none
    const { host, counts, tasks } = recap
    if (outcome === 'ok' && this.#answers.has(host)) return none
    const { success, changed, failure } = this.#theme
    const done = this.#outcomes.completedTasks(host)
    const text = hostSummary(recap, this.#isCheck)
    if (outcome === 'ok')
      return this.#perHost(host, (label) => [this.#columns.row(label, 'ok', text, success)])
    if (done === 0 && outcome !== 'stopped') return none
    const count = `${counts.changed} ${this.#isCheck ? 'would change' : 'changed'}`
    const far = `after ${done} of ${plural(tasks, 'task')}, ${count}`
    const style = outcome === 'stopped' ? changed : failure
    return this.#perHost(host, (label) => [this.#columns.row(label, outcome, far, style)])
  }

  #playLines({ play, hosts, durationMs, isCheck }: EventOf<'playEnd'>): readonly string[] {
    const outcomes = hosts.map((recap) => this.#outcomes.inPlay(recap))
    if (hosts.every((recap) => this.#isHidden(recap))) return none
    this.#reportedPlays.push(play)
    const { verbosity } = this.#options
    const answers = this.#answers.lines(hosts)
    // Nothing but the answers, so that other programs can read them.
    if (answers.length > 0 && verbosity < 1 && outcomes.every((outcome) => outcome === 'ok')) return answers
    if (verbosity < 0) return answers
    const name = this.#theme.bold(sanitize(play))
    if (!isCheck) return [...answers, `${name}  ${runSummary(hosts, outcomes, durationMs)}`]
    this.#pendingSummary = [`${name}  ${checkSummary(hosts, outcomes)}`]
    return none
  }

  #runLines({ recap: { hosts, durationMs, isCheck, isInterrupted } }: EventOf<'runEnd'>): readonly string[] {
    const outcomes = this.#outcomes.inRun(hosts)
    const [play = '', ...others] = this.#reportedPlays
    if (play === '' && !isInterrupted)
      return [`No tasks to run: ${plural(this.#plays, 'play')}, ${plural(hosts.length, 'host')}.`]
    const isQuiet = this.#options.verbosity < 0
    if (!isCheck) {
      const name = this.#theme.bold(others.length > 0 ? plural(others.length + 1, 'play') : sanitize(play))
      const isUnfinished = isInterrupted || outcomes.some((outcome) => outcome !== 'ok')
      const isHeaded = isQuiet ? isUnfinished || !this.#options.hasAnswers : others.length > 0
      return [
        ...(isHeaded ? [`${name}  ${runSummary(hosts, outcomes, durationMs)}`] : none),
        ...this.#closingLines(),
        ...(isUnfinished ? [...this.#explainLines(), ...this.#resumeLines()] : none),
      ]
    }
    const cut = isInterrupted ? ' The run was interrupted.' : ''
    const closing = `${this.#theme.bold('Nothing was changed.')} ${checkSummary(hosts, outcomes)}.${cut}`
    const last = others.length > 0 && !isQuiet ? this.#takePendingSummary() : none
    const explained = outcomes.some((outcome) => outcome !== 'ok') ? this.#explainLines() : none
    return [...last, closing, ...this.#closingLines(), ...explained]
  }

  /** What was printed a few lines above is not repeated. */
  #closingLines(): readonly string[] {
    const { verbosity, theme, cwd, hasAnswers, columns = () => undefined } = this.#options
    const isQuiet = verbosity < 0
    const before = this.#printedBeforeFailure
    const linesWith = (hasFailures: boolean) =>
      this.#closing.lines({
        theme,
        cwd,
        isCheck: this.#isCheck,
        columns: columns() ?? 110,
        hasFailures,
        height: isQuiet ? quietHeight : summaryHeight,
        hasChanges: !hasAnswers && (isQuiet || (this.#hasFolded && this.#printed > shortRun)),
      })
    if (before === undefined) return linesWith(false)
    const lines = linesWith(isQuiet)
    return isQuiet || this.#printed + lines.length - before <= shortRun ? lines : linesWith(true)
  }

  /** A host that is ok and has no tasks in the play is shown only with -v. */
  #isHidden(recap: HostRecap): boolean {
    const { verbosity } = this.#options
    return verbosity < 1 && recap.tasks === 0 && this.#outcomes.inPlay(recap) === 'ok' && recap.trips === 0
  }

  #explainLines(): readonly string[] {
    return this.#codes.lines(this.#theme, this.#options.program)
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
