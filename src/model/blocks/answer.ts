// Defines what a prompt asks, checks an answer to it, and gives that its type.

import type { z } from 'zod'
import { PlaybookError } from '../errors/error.ts'
import { issueText } from '../schema/issueText.ts'
import { revealed, Secret } from '../secrets/secret.ts'

/** What is asked. */
export type PromptQuestion = {
  /** The name by which `-e NAME=value` answers. */
  readonly name: string
  /** The question. Default: the name. */
  readonly message?: string
  /** What an empty answer means, and what holds where nobody can be asked. */
  readonly default?: unknown
  /** true: what is typed is not shown, and the answer is a `Secret`. Default false. */
  readonly secret?: boolean
  /** true: the answer has to be typed twice. Default false. */
  readonly confirm?: boolean
  /** The allowed answers. */
  readonly choices?: readonly string[]
  /** What the answer has to match. */
  readonly pattern?: RegExp
  /** A zod schema, which checks the answer and gives it its type: `z.int().min(1)`, `z.boolean()` (yes or no). */
  readonly schema?: z.ZodType
}

type Checked = { readonly value: unknown } | { readonly problem: string }

/** The value of what was typed or given; an empty text means the default. */
export function checkedAnswer(question: PromptQuestion, given: unknown): Checked {
  const text = revealed(given)
  const isEmpty = text === ''
  if (isEmpty && question.default !== undefined)
    return checkedAnswer({ ...question, default: undefined }, question.default)
  const checked = question.schema ? bySchema(question.schema, text) : byText(question, text)
  if ('problem' in checked || !question.secret) return checked
  return { value: given instanceof Secret ? given : new Secret(String(checked.value)) }
}

/** @throws PlaybookError E_ANSWER; `source`: where the answer comes from */
export function requiredAnswer(question: PromptQuestion, given: unknown, source: string): unknown {
  const checked = checkedAnswer(question, given)
  if ('value' in checked) return checked.value
  throw new PlaybookError('E_ANSWER', `prompt ${question.name}: ${source}: ${checked.problem}`, {
    hint: question.choices ? `Answers: ${question.choices.join(', ')}` : undefined,
  })
}

function byText({ choices, pattern, secret }: PromptQuestion, given: unknown): Checked {
  const isPlain = ['string', 'number', 'boolean', 'bigint'].includes(typeof given)
  const text = isPlain ? String(given) : ''
  if (!isPlain) return { problem: `expected a text, got ${typeof given}` }
  if (choices && !choices.includes(text)) return { problem: `expected one of ${choices.join(', ')}` }
  if (pattern && !new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(text))
    return { problem: secret ? 'it is not valid' : `expected a text that matches ${pattern}` }
  return text === '' ? { problem: 'an answer is needed' } : { value: text }
}

/** What is typed is a text: where the schema takes none, it is read as a number, or as yes or no. */
function bySchema(schema: NonNullable<PromptQuestion['schema']>, given: unknown): Checked {
  const texts = typeof given === 'string' ? [given, ...readings(given.trim())] : [given]
  for (const each of texts) {
    const { success, data } = schema.safeParse(each)
    if (success) return { value: data }
  }
  const meant = texts.at(-1)
  return { problem: issueText(schema.safeParse(meant).error!.issues[0]!, meant) }
}

function readings(text: string): unknown[] {
  if (/^(y|yes|true)$/i.test(text)) return [true]
  if (/^(n|no|false)$/i.test(text)) return [false]
  return text !== '' && Number.isFinite(Number(text)) ? [Number(text)] : []
}
