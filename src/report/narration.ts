// What a run's events read like as lines of text: the lines mode prints them, and so does what scrolls above the board.

import type { RunEvent } from '../model/run/event.ts'
import type { HostRecap } from '../model/run/outcome.ts'
import { columnsFor, indented } from './columns.ts'
import { formatDuration } from './duration.ts'
import { placeText } from './failureText.ts'
import { harmless, harmlessLines, lastDrawn } from './harmless.ts'
import { hostText } from './hostText.ts'
import { createOutcomes, type Outcomes } from './outcomes.ts'
import type { Paint } from './paint.ts'
import { checkSummary, hostSummary, plural, runSummary } from './recapText.ts'
import { resumeCommand } from './resumeCommand.ts'
import { type TaskTextOptions, taskLines } from './taskText.ts'

/** `verbosity`: 0 what happened; 1 also what was in order; 2 commands; 3 what they said; 4 the connection. */
export type NarrationOptions = TaskTextOptions

/** The lines an event is worth, without line ends; often none. */
export type Narration = (event: RunEvent) => readonly string[]

type Of<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>

/** How each kind of event reads: a new kind does not compile until it has its words here. */
type Words = { readonly [K in RunEvent['kind']]: (event: Of<K>) => readonly string[] }

const none: readonly string[] = []

/** Tells a run from its start: create one for each run, and give it every event in order. */
export function createNarration(options: NarrationOptions): Narration {
  const words = new Teller(options).words
  return (event) => (words[event.kind] as (event: RunEvent) => readonly string[])(event)
}

class Teller {
  readonly #options: NarrationOptions
  readonly #paint: Paint
  readonly #outcomes: Outcomes = createOutcomes()
  #columns = columnsFor([], false)
  #isCheck = false
  #plays = 0
  /** Plays that had something to tell: one in which no host has a task does not earn a line. */
  #toldPlays = 0
  #resumeCommand: string | undefined
  /** The summary of a checked play, told only where it is not the only one: the run's own says the same. */
  #heldSummary: readonly string[] = none

  constructor(options: NarrationOptions) {
    this.#options = options
    this.#paint = options.paint
  }

  readonly words: Words = {
    runStart: ({ playbooks, resumable }) => {
      this.#resumeCommand = resumable && resumeCommand(playbooks, resumable)
      return none
    },
    playStart: (event) => this.#begin(event),
    hostStart: (event) => {
      this.#outcomes.note(event)
      return none
    },
    hostWaiting: ({ host, for: before }) =>
      this.#at(1, () => [this.#quiet(host, 'waiting', `for ${harmless(before.join(', '))}`)]),
    taskStart: () => none,
    output: (event) => this.#outputLines(event),
    taskEnd: (event) => {
      this.#outcomes.note(event)
      return taskLines(event, this.#columns, this.#isCheck, this.#options)
    },
    trip: (event) => this.#at(2, () => [this.#tripLine(event)]),
    command: (event) => this.#at(2, () => this.#commandLines(event)),
    connection: ({ host, message }) =>
      this.#at(4, () => harmlessLines(message).map((line) => this.#quiet(host, 'link', line))),
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
      const steps = running.map(
        (step) => `${this.#columns.host(hostText(step.host, step))}  ${harmless(step.task)}`,
      )
      const hosts = new Set(running.map(({ host, delegate = host }) => delegate))
      return [`${head} A step was running on ${plural(hosts.size, 'host')}:`, ...indented(steps, 4)]
    },
    runEnd: (event) => this.#runLines(event),
  }

  #at(verbosity: number, lines: () => readonly string[]): readonly string[] {
    return this.#options.verbosity >= verbosity ? lines() : none
  }

  #quiet(host: string, label: string, text: string): string {
    return this.#paint.quiet(this.#columns.line(host, label, text))
  }

  #begin(event: Of<'playStart'>): readonly string[] {
    const { play, hosts, isCheck } = event
    this.#outcomes.note(event)
    this.#plays += 1
    this.#isCheck = isCheck
    this.#columns = columnsFor(hosts, isCheck)
    const heading = `${this.#paint.strong(harmless(play))}  ${plural(hosts.length, 'host')}`
    return [...this.#takeSummary(), ...this.#at(1, () => [heading])]
  }

  /** From -vvv on the whole output of commands is told; what they say meanwhile would be told twice. */
  #outputLines({ host, task, stream, line }: Of<'output'>): readonly string[] {
    const { verbosity } = this.#options
    const shown = lastDrawn(line)
    if (verbosity < 1 || verbosity > 2 || shown === '') return none
    return [this.#quiet(hostText(host, task), stream === 'stderr' ? 'stderr' : 'output', shown)]
  }

  #tripLine({ host, as, probes, steps, durationMs }: Of<'trip'>): string {
    const user = as === undefined ? '' : ` as ${harmless(as)}`
    const load = `${plural(steps, 'step')}, ${plural(probes, 'probe')}${user}`
    return this.#quiet(host, 'trip', `${load}, ${formatDuration(durationMs)}`)
  }

  #commandLines({ host, script, code, stdout, stderr, isStep }: Of<'command'>): readonly string[] {
    const { quiet } = this.#paint
    const [first = '', ...rest] = harmlessLines(script.trimEnd())
    const text = [first, ...indented(rest, this.#columns.third)]
    if (code !== 0) text.push(`${text.pop()}   exit ${code}`)
    const said = this.#at(3, () => [...prefixed(stdout, '│ '), ...prefixed(stderr, '! ')])
    return [
      this.#columns.line(host, isStep ? 'step' : 'probe', text[0] ?? '', quiet),
      ...text.slice(1),
      ...indented(said, this.#columns.third).map(quiet),
    ]
  }

  #hostLines(recap: HostRecap): readonly string[] {
    if (this.#isIdle(recap)) return none
    const { host, counts, tasks } = recap
    const { good, changed, bad } = this.#paint
    const outcome = this.#outcomes.ofHost(recap)
    const done = this.#outcomes.doneOf(host)
    if (outcome === 'ok') return [this.#columns.line(host, 'ok', hostSummary(recap, this.#isCheck), good)]
    if (done === 0 && outcome !== 'stopped') return none
    const count = `${counts.changed} ${this.#isCheck ? 'would change' : 'changed'}`
    const text = `after ${done} of ${plural(tasks, 'task')}, ${count}`
    return [this.#columns.line(host, outcome, text, outcome === 'stopped' ? changed : bad)]
  }

  #playLines(event: Of<'playEnd'>): readonly string[] {
    const { play, hosts, durationMs, isCheck } = event
    const outcomes = hosts.map((recap) => this.#outcomes.ofHost(recap))
    this.#outcomes.note(event)
    if (hosts.every((recap) => this.#isIdle(recap))) return none
    this.#toldPlays += 1
    const name = this.#paint.strong(harmless(play))
    if (!isCheck) return [`${name}  ${runSummary(hosts, outcomes, durationMs)}`]
    this.#heldSummary = [`${name}  ${checkSummary(hosts, outcomes)}`]
    return none
  }

  #runLines({ recap: { hosts, durationMs, isCheck, isInterrupted } }: Of<'runEnd'>): readonly string[] {
    const outcomes = this.#outcomes.ofRun(hosts)
    if (this.#toldPlays === 0 && !isInterrupted)
      return [`No host has a task: ${plural(this.#plays, 'play')}, ${plural(hosts.length, 'host')}.`]
    const plays = plural(this.#toldPlays, 'play')
    if (!isCheck) {
      const summary = `${this.#paint.strong(plays)}  ${runSummary(hosts, outcomes, durationMs)}`
      const isUnfinished = isInterrupted || outcomes.some((outcome) => outcome !== 'ok')
      return [...(this.#toldPlays < 2 ? none : [summary]), ...(isUnfinished ? this.#resumeLines() : none)]
    }
    const cut = isInterrupted ? ' The run was interrupted.' : ''
    const closing = `${this.#paint.strong('Nothing was touched.')} ${checkSummary(hosts, outcomes)}.${cut}`
    return [...(this.#toldPlays > 1 ? this.#takeSummary() : none), closing]
  }

  /** A host that has no tasks in a play, and came out well, is told of from -v on. */
  #isIdle(recap: HostRecap): boolean {
    const { verbosity } = this.#options
    return verbosity < 1 && recap.tasks === 0 && this.#outcomes.ofHost(recap) === 'ok' && recap.trips === 0
  }

  #resumeLines(): readonly string[] {
    const command = this.#resumeCommand
    return command === undefined ? none : [`${this.#paint.hint(command)}   goes on from here`]
  }

  #takeSummary(): readonly string[] {
    const summary = this.#heldSummary
    this.#heldSummary = none
    return summary
  }
}

function prefixed(text: string, prefix: string): string[] {
  return text === '' ? [] : harmlessLines(text).map((line) => prefix + line)
}
