// Builds the schemas of edits, which refuse keys that an edit does not have.

import { z } from 'zod'
import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { formatPath, issueText } from '../../model/schema/issueText.ts'
import { Secret } from '../../model/secrets/secret.ts'

/** A value that is written as a text. */
export const scalarValue = z.union([z.string(), z.number(), z.boolean(), z.instanceof(Secret)], {
  error: 'expected a text, a number, true or false, or a secret',
})

/** An object with these keys only. */
export function strict<S extends z.ZodRawShape>(shape: S) {
  const keys = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKey(issue.keys[0]!, keys) : undefined),
  })
}

/**
 * One of several edits, which the name of its first key tells apart. `type` names it in the reference. Only the schema of
 * that key is applied: a union of zod tries each of them, and writes an error for each that does not fit.
 */
export function oneOf<const S extends readonly z.ZodObject[]>(type: string, edits: S) {
  const byKind = new Map(edits.map((edit) => [Object.keys(edit.shape)[0]!, edit]))
  const kindOf = (value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.keys(value).find((key) => byKind.has(key))
      : undefined
  const error = `expected an edit: an object with ${[...byKind.keys()].join(', ')}`
  const schema = z.union(edits, { error }).meta({ title: type })
  const inner = schema._zod
  const parseUnion = inner.parse
  const parse: typeof parseUnion = (payload, context) => {
    const kind = kindOf(payload.value)
    return kind === undefined ? parseUnion(payload, context) : byKind.get(kind)!._zod.run(payload, context)
  }
  Object.assign(inner, { parse, run: parse })
  return schema
}

/** Checks edits that were given as data. @throws PlaybookError `code` */
export function checkEdits(edits: unknown, edit: z.ZodType, code: string): void {
  const issue = z.array(edit).safeParse(edits).error?.issues[0]
  if (issue) throw new PlaybookError(code, `edits${formatPath(issue.path)}: ${issueText(issue, edits)}`)
}

function unknownKey(key: string, keys: readonly string[]): string {
  const hint = didYouMean(key, keys) ?? `Its keys are ${keys.join(', ')}.`
  return `unknown key ${JSON.stringify(key)}. ${hint}`
}
