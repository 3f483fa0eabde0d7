// Asks the questions of a run, one at a time, and keeps the answers.

import { checkedAnswer, type PromptQuestion, requiredAnswer } from '../../model/blocks/answer.ts'
import { delay } from '../../model/concurrency/delay.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../model/run/event.ts'
import type { Ask, Question } from '../../model/run/question.ts'
import { revealed, Secret, secretsIn } from '../../model/secrets/secret.ts'
import type { Pause } from '../../model/task.ts'

/** What answers without a question: a variable of -e. */
export type PresetAnswers = (name: string) => { readonly value: unknown } | undefined

type QuestionsOptions = {
  /** Undefined: nobody can be asked. */
  readonly ask: Ask | undefined
  readonly answers: PresetAnswers | undefined
  readonly signal: AbortSignal | undefined
  readonly emit: (event: RunEvent) => void
  readonly addSecrets: (secrets: ReadonlySet<Secret>) => void
}

/** Where it is asked, and for whom. */
type Asker = { readonly play: string; readonly task: TaskLabel; readonly hosts: readonly string[] }

const mostAttempts = 10

export class Questions {
  readonly #options: QuestionsOptions
  readonly #answers = new Map<string, Promise<unknown>>()
  #last: Promise<unknown> = Promise.resolve()
  /** How often the run has waited for a person or a time. */
  waits = 0

  constructor(options: QuestionsOptions) {
    this.#options = options
  }

  /** Whether it takes a person to answer. */
  needsPerson({ name }: PromptQuestion): boolean {
    const { ask, answers } = this.#options
    return ask !== undefined && answers?.(name) === undefined
  }

  /**
   * The answer to a prompt: asked once for all that have the same key.
   *
   * @throws PlaybookError E_ANSWER, E_UNANSWERED
   */
  answer(key: string, question: PromptQuestion, asker: Asker): Promise<unknown> {
    return this.#once(key, () => this.#prompted(question, asker))
  }

  /**
   * Waits for a person, or for a time; false: the person aborts.
   *
   * @throws PlaybookError E_UNANSWERED where nobody can be asked, and it does not go on by itself
   */
  async pause(key: string, { seconds, prompt }: Pause, asker: Asker): Promise<boolean> {
    const { ask, signal, emit } = this.#options
    if (prompt !== undefined && ask)
      return this.#once(key, () => this.#personGoesOn(prompt, seconds, ask, asker))
    if (seconds === undefined) throw noAnswerToPause(asker.task.title)
    this.waits += 1
    emit({ kind: 'pause', ...asker, seconds })
    await delay(seconds * 1000, signal)
    return true
  }

  #once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key) as Promise<T> | undefined
    if (known) return known
    const answer = this.#last.then(work)
    this.#last = answer.catch(() => {})
    this.#answers.set(key, answer)
    return answer
  }

  async #prompted(question: PromptQuestion, asker: Asker): Promise<unknown> {
    const { ask, answers } = this.#options
    const { name } = question
    const given = answers?.(name)
    if (given)
      return this.#answered(question, requiredAnswer(question, given.value, `-e ${name}`), 'variable', asker)
    if (ask) return this.#answered(question, await this.#asked(question, ask, asker), 'person', asker)
    if (question.default === undefined) throw noAnswer(question)
    return this.#answered(
      question,
      requiredAnswer(question, question.default, 'its default'),
      'default',
      asker,
    )
  }

  #answered(
    question: PromptQuestion,
    value: unknown,
    by: 'person' | 'variable' | 'default',
    asker: Asker,
  ): unknown {
    const { emit, addSecrets } = this.#options
    addSecrets(secretsIn(value))
    const { play, task } = asker
    const { name, secret } = question
    const shown = secret || value instanceof Secret ? {} : { value: textOf(value) }
    emit({ kind: 'answer', play, task, by, name, ...shown })
    return value
  }

  async #asked(question: PromptQuestion, ask: Ask, asker: Asker): Promise<unknown> {
    const { message, name, secret = false, choices, default: preset } = question
    const shown = preset === undefined || secret ? {} : { default: textOf(preset) }
    const asked = { text: message ?? name, name, isSecret: secret, choices, ...shown }
    let problem: string | undefined
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const typed = await this.#ask({ ...asked, problem }, ask, asker)
      if (typed === undefined) break
      const checked = checkedAnswer(question, typed)
      problem = 'problem' in checked ? checked.problem : undefined
      if ('problem' in checked) continue
      if (!question.confirm || revealed(typed) === '') return checked.value
      const again = await this.#ask({ ...asked, text: `${asked.text} (again)` }, ask, asker)
      if (revealed(again) === revealed(typed)) return checked.value
      problem = 'the two answers differ'
    }
    this.#unanswered(asker, name)
    throw noAnswer(question, problem)
  }

  async #personGoesOn(prompt: string, seconds: number | undefined, ask: Ask, asker: Asker): Promise<boolean> {
    const { emit } = this.#options
    const { play, task } = asker
    const question = { text: prompt, isSecret: false, seconds }
    const limit = new AbortController()
    const timer = seconds === undefined ? undefined : setTimeout(() => limit.abort(), seconds * 1000)
    const answer = await this.#ask(question, ask, asker, limit.signal).finally(() => clearTimeout(timer))
    if (limit.signal.aborted) {
      emit({ kind: 'answer', play, task, by: 'time' })
      return true
    }
    const isAborted = answer === false || answer === undefined
    if (answer === undefined) this.#unanswered(asker)
    else emit({ kind: 'answer', play, task, by: 'person', value: isAborted ? 'abort' : 'go on' })
    return !isAborted
  }

  #unanswered({ play, task }: Asker, name?: string): void {
    this.#options.emit({ kind: 'answer', play, task, by: 'nobody', name })
  }

  async #ask(
    question: Omit<Question, 'play' | 'task' | 'hosts'>,
    ask: Ask,
    { play, task, hosts }: Asker,
    limit?: AbortSignal,
  ): Promise<unknown> {
    const { emit, signal } = this.#options
    const signals = [signal, limit].filter((each) => each !== undefined)
    if (signal?.aborted) return undefined
    this.waits += 1
    emit({ kind: 'question', play, hosts, ...question, task })
    return ask({ play, hosts, ...question, task: task.title }, AbortSignal.any(signals))
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}

export function noAnswer({ name }: PromptQuestion, problem?: string): PlaybookError {
  return new PlaybookError('E_UNANSWERED', `prompt ${name}: there is no answer.`, {
    details: problem === undefined ? [] : [problem],
    hint: `Give it with -e ${name}=VALUE (in code: extraVars or ask), give the prompt a default, or run it in a terminal.`,
  })
}

export function noAnswerToPause(title: string): PlaybookError {
  return new PlaybookError('E_UNANSWERED', `${title}: it waits for a person, but nobody can be asked.`, {
    hint: 'Run it in a terminal (in code: give ask), or give the pause seconds, after which it continues.',
  })
}
