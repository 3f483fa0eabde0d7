// Keeps the output of commands in a play, for runs that are made for their output.

import type { EventOf } from '../../model/run/event.ts'
import type { HostRecap } from '../../model/run/outcome.ts'
import type { Theme } from '../output/theme.ts'
import { type Answer, answerLines } from '../text/answers.ts'

type Options = {
  readonly hasAnswers?: boolean | undefined
  readonly verbosity: number
  readonly theme: Theme
}

export class CommandAnswers {
  readonly #options: Options
  #answers: Answer[] = []

  constructor(options: Options) {
    this.#options = options
  }

  /** Keeps the answer of a command; true: nothing else needs to be shown of it. */
  take({ host, task, result: { status, output } }: EventOf<'taskEnd'>): boolean {
    const { hasAnswers, verbosity } = this.#options
    const isCommand = task.name === 'command' || task.name === 'shell'
    // From -vvv on the output of commands is shown as they end.
    if (!hasAnswers || !isCommand || verbosity > 2 || (status !== 'ok' && status !== 'changed')) return false
    this.#answers.push({ host, output })
    return verbosity < 1
  }

  /** Whether the answer of a host says that it is ok. */
  has(host: string): boolean {
    return this.#options.verbosity < 1 && this.#answers.some((answer) => answer.host === host)
  }

  /** The answers in the order of the hosts, which are then forgotten. */
  lines(recaps: readonly HostRecap[]): string[] {
    const places = new Map(recaps.map(({ host }, place) => [host, place]))
    const answers = this.#answers.sort((one, other) => places.get(one.host)! - places.get(other.host)!)
    this.#answers = []
    return answerLines(answers, this.#options.theme)
  }
}
