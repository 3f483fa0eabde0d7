// Builds the schemas of edits, which refuse keys that an edit does not have.

import { z } from 'zod'
import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { formatPath, issueText } from '../../model/schema/issueText.ts'

/** An object with these keys only. */
export function strict<S extends z.ZodRawShape>(shape: S) {
  const keys = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKey(issue.keys[0]!, keys) : undefined),
  })
}

/** One of several edits, which the name of its first key tells apart. `type` names it in the reference. */
export function oneOf<const S extends readonly z.ZodObject[]>(type: string, edits: S) {
  const kinds = edits.map(({ shape }) => Object.keys(shape)[0]!)
  const hasKind = (value: unknown) =>
    typeof value === 'object' && value !== null && kinds.some((kind) => Object.hasOwn(value, kind))
  return z
    .union(edits, {
      error: ({ input }) =>
        hasKind(input) ? undefined : `expected an edit: an object with ${kinds.join(', ')}`,
    })
    .meta({ title: type })
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
