// What a run's events read like as lines of text: the lines mode prints them, and so does what scrolls above the board.

import type { RunEvent, TaskLabel } from '../model/event.ts'
import type { HostRecap, TaskResult } from '../model/outcome.ts'
import { changeText } from './changeText.ts'
import { formatDuration } from './duration.ts'
import { failureLines, placeText } from './failureText.ts'
import { harmless, harmlessLines, lastDrawn } from './harmless.ts'
import type { hunkLines } from './hunks.ts'
import { createOutcomes, type Outcomes } from './outcomes.ts'
import type { Paint } from './paint.ts'
import { checkSummary, hostSummary, plural, runSummary } from './recapText.ts'

export type NarrationOptions = {
  /** 0 what happened; 1 also what was in order; 2 commands; 3 what they said; 4 the connection. */
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: typeof hunkLines
  readonly paint: Paint
  /** Files are shown relative to it. */
  readonly cwd: string
}

/** The lines an event is worth, without line ends; often none. */
export type Narration = (event: RunEvent) => readonly string[]

/** How each kind of event reads: a new kind does not compile until it has its words here. */
type Words = {
  readonly [K in RunEvent['kind']]: (event: Extract<RunEvent, { kind: K }>) => readonly string[]
}

const none: readonly string[] = []
const codeColumn = 70
const widestHost = 40

/** Tells a run from its start: create one for each run, and give it every event in order. */
export function createNarration(options: NarrationOptions): Narration {
  const words = new Teller(options).words
  return (event) => (words[event.kind] as (event: RunEvent) => readonly string[])(event)
}

class Teller {
  readonly #options: NarrationOptions
  readonly #paint: Paint
  readonly #outcomes: Outcomes = createOutcomes()
  #isCheck = false
  #hostWidth = 0
  #plays = 0
  /** The summary of a checked play, told only where it is not the only one: the run's own says the same. */
  #heldSummary: readonly string[] = none

  constructor(options: NarrationOptions) {
    this.#options = options
    this.#paint = options.paint
  }

  readonly words: Words = {
    runStart: ({ isCheck }) => {
      this.#isCheck = isCheck
      return none
    },
    playStart: (event) => {
      this.#outcomes.note(event)
      this.#plays += 1
      this.#isCheck = event.isCheck
      this.#hostWidth = Math.min(widestHost, Math.max(0, ...event.hosts.map(({ length }) => length)))
      const heading = `${this.#paint.strong(harmless(event.play))}  ${plural(event.hosts.length, 'host')}`
      return [...this.#takeSummary(), ...this.#at(1, () => [heading])]
    },
    hostStart: (event) => {
      this.#outcomes.note(event)
      return none
    },
    hostWaiting: ({ host, for: before }) =>
      this.#at(1, () => [this.#quietLine(host, 'waiting', `for ${harmless(before.join(', '))}`)]),
    taskStart: () => none,
    output: ({ host, stream, line }) => {
      const { verbosity } = this.#options
      const shown = lastDrawn(line)
      if (verbosity < 1 || verbosity > 2 || shown === '') return none
      return [this.#quietLine(host, stream === 'stderr' ? 'stderr' : 'output', shown)]
    },
    taskEnd: (event) => {
      this.#outcomes.note(event)
      return this.#taskLines(event.host, event.task, event.result)
    },
    trip: ({ host, as, probes, steps, durationMs }) =>
      this.#at(2, () => {
        const user = as === undefined ? '' : ` as ${as}`
        const load = [plural(steps, 'step'), plural(probes, 'probe')].join(', ')
        return [this.#quietLine(host, 'trip', `${load}${user}, ${formatDuration(durationMs)}`)]
      }),
    command: (event) => this.#at(2, () => this.#commandLines(event)),
    connection: ({ host, message }) =>
      this.#at(4, () => harmlessLines(message).map((line) => this.#quietLine(host, 'link', line))),
    hostEnd: ({ recap }) => this.#hostLines(recap),
    playEnd: (event) => this.#playLines(event),
    warning: ({ message, where }) => {
      const place = where ? `${this.#paint.place(placeText(where, this.#options.cwd))}  ` : ''
      const [first = '', ...rest] = harmlessLines(message)
      return [`${this.#paint.changed('warning')}  ${place}${first}`, ...indented(rest, 9)]
    },
    interrupted: ({ running }) => {
      const head = this.#paint.bad('Interrupted.')
      if (running.length === 0) return [`${head} No step was running.`]
      const steps = running.map(({ host, task }) => `${this.#hostColumn(host)}  ${harmless(task)}`)
      return [`${head} A step was running on ${plural(running.length, 'host')}:`, ...indented(steps, 4)]
    },
    runEnd: ({ recap }) => {
      const outcomes = this.#outcomes.ofRun(recap.hosts)
      const cut = recap.isInterrupted ? ' The run was interrupted.' : ''
      if (recap.isCheck) {
        const closing = `${this.#paint.strong('Nothing was touched.')} ${checkSummary(recap.hosts, outcomes)}.${cut}`
        return [...(this.#plays > 1 ? this.#takeSummary() : none), closing]
      }
      if (this.#plays < 2) return none
      const summary = runSummary(recap.hosts, outcomes, recap.durationMs)
      return [`${this.#paint.strong(plural(this.#plays, 'play'))}  ${summary}`]
    },
  }

  #at(verbosity: number, lines: () => readonly string[]): readonly string[] {
    return this.#options.verbosity >= verbosity ? lines() : none
  }

  #taskLines(host: string, task: TaskLabel, result: TaskResult): readonly string[] {
    switch (result.status) {
      case 'changed':
        return this.#changedLines(host, task, result)
      case 'failed':
      case 'unreachable':
        return this.#failedLines(host, task, result)
      case 'unknown':
        return [this.#line(host, this.#paint.unsure, 'unknown', `${title(task)}${reasonText(result)}`)]
      case 'skipped':
        return this.#at(1, () => [this.#quietLine(host, 'skipped', `${title(task)}${reasonText(result)}`)])
      case 'ok':
        return this.#at(1, () => [this.#quietLine(host, 'ok', title(task))])
    }
  }

  #changedLines(host: string, task: TaskLabel, { changes }: TaskResult): readonly string[] {
    const { compare } = this.#options
    const compared = compare ? changes.filter(isComparable) : []
    const told = compare ? changes.filter((change) => !isComparable(change)) : changes
    const { inline, below } = changeText(task.title, told, compare !== undefined)
    const text = inline === undefined ? title(task) : `${title(task)}   ${inline}`
    return [
      this.#line(host, this.#paint.changed, this.#changedLabel(task), text),
      ...indented(below, this.#titleColumn() + 2),
      ...indented(this.#hunks(task, compared), 4),
    ]
  }

  #changedLabel({ isHandler }: TaskLabel): string {
    if (this.#isCheck) return isHandler ? 'would run' : 'would change'
    return isHandler ? 'handler' : 'changed'
  }

  #hunks(task: TaskLabel, changes: readonly Comparable[]): string[] {
    const paints = {
      header: this.#paint.place,
      context: String,
      added: this.#paint.added,
      removed: this.#paint.removed,
      note: this.#paint.quiet,
    }
    const { compare } = this.#options
    const texts = new Map(changes.map(({ diff }) => [JSON.stringify(diff), diff]))
    return [...texts.values()].flatMap((diff) => {
      const name = task.title.includes(diff.path) ? '' : harmless(diff.path)
      return (compare?.(diff, name) ?? []).map(({ kind, text }) => paints[kind](text))
    })
  }

  #failedLines(host: string, task: TaskLabel, result: TaskResult): readonly string[] {
    const { paint, cwd, compare } = this.#options
    const code = result.error?.code ?? ''
    const isIgnored = result.isIgnored === true
    const label = isIgnored ? 'ignored' : result.status === 'failed' ? 'FAILED' : 'UNREACHABLE'
    const colour = isIgnored ? paint.changed : paint.bad
    const start = `${this.#hostColumn(host)}  ${label.padEnd(this.#labelWidth())}  ${title(task)}`
    const head = this.#line(host, colour, label, title(task))
    const gap = ' '.repeat(Math.max(3, codeColumn - start.length))
    return [
      `${head}${code === '' ? '' : gap + paint.quiet(code)}`,
      ...indented(failureLines(task, result, { paint, cwd, isWhole: compare !== undefined }), 8),
    ]
  }

  #commandLines({
    host,
    script,
    code,
    stdout,
    stderr,
    isStep,
  }: Extract<RunEvent, { kind: 'command' }>): readonly string[] {
    const [first = '', ...rest] = harmlessLines(script.trimEnd())
    const exit = code === 0 ? '' : `   exit ${code}`
    const said =
      this.#options.verbosity < 3
        ? none
        : [...prefixed(stdout, '│ '), ...prefixed(stderr, '! ')].map(this.#paint.quiet)
    return [
      this.#line(host, this.#paint.quiet, isStep ? 'step' : 'probe', first) + (rest.length === 0 ? exit : ''),
      ...indented(rest, this.#titleColumn()).map((line, n) => (n === rest.length - 1 ? line + exit : line)),
      ...indented(said, this.#titleColumn()),
    ]
  }

  #hostLines(recap: HostRecap): readonly string[] {
    const outcome = this.#outcomes.ofHost(recap)
    const done = this.#outcomes.doneOf(recap.host)
    const changed = `${recap.counts.changed} ${this.#isCheck ? 'would change' : 'changed'}`
    if (outcome === 'ok')
      return [this.#line(recap.host, this.#paint.good, 'ok', hostSummary(recap, this.#isCheck))]
    if (done === 0 && outcome !== 'stopped') return none
    return [
      this.#line(
        recap.host,
        outcome === 'stopped' ? this.#paint.changed : this.#paint.bad,
        outcome,
        `after ${done} of ${plural(recap.tasks, 'task')}, ${changed}`,
      ),
    ]
  }

  #playLines(event: Extract<RunEvent, { kind: 'playEnd' }>): readonly string[] {
    const outcomes = event.hosts.map((recap) => this.#outcomes.ofHost(recap))
    this.#outcomes.note(event)
    const name = this.#paint.strong(harmless(event.play))
    if (!event.isCheck) return [`${name}  ${runSummary(event.hosts, outcomes, event.durationMs)}`]
    this.#heldSummary = [`${name}  ${checkSummary(event.hosts, outcomes)}`]
    return none
  }

  #takeSummary(): readonly string[] {
    const summary = this.#heldSummary
    this.#heldSummary = none
    return summary
  }

  #line(host: string, colour: (text: string) => string, label: string, text: string): string {
    return `${this.#hostColumn(host)}  ${colour(label.padEnd(this.#labelWidth()))}  ${text}`
  }

  #quietLine(host: string, label: string, text: string): string {
    return this.#paint.quiet(this.#line(host, String, label, text))
  }

  #hostColumn(host: string): string {
    return harmless(host).padEnd(this.#hostWidth)
  }

  #labelWidth(): number {
    return this.#isCheck ? 'would change'.length : 'changed'.length
  }

  #titleColumn(): number {
    return this.#hostWidth + 2 + this.#labelWidth() + 2
  }
}

type Comparable = TaskResult['changes'][number] & { readonly diff: object }

function isComparable(change: TaskResult['changes'][number]): change is Comparable & typeof change {
  return change.diff !== undefined && change.diff.before !== change.diff.after
}

function title(task: TaskLabel): string {
  return harmless(task.title)
}

function reasonText({ reason }: TaskResult): string {
  return reason ? `   ${harmless(reason)}` : ''
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => ' '.repeat(by) + line)
}

function prefixed(text: string, prefix: string): string[] {
  return text === '' ? [] : harmlessLines(text).map((line) => prefix + line)
}
