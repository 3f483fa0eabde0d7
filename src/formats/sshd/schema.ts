// The schema of an edit of editSshd.

import { z } from 'zod'
import { oneOf, strict } from '../shared/editSchema.ts'
import type { SshdEdit } from './edit.ts'

export const sshdKeyword = z
  .string()
  .regex(
    /^(?!(?:match|include)$)[A-Za-z][A-Za-z0-9]*$/i,
    'expected a keyword of sshd_config such as PermitRootLogin',
  )

/** `true` and `false` are `yes` and `no`. */
export const sshdValue = z.union(
  [
    z.string().regex(/^(?!\s)[^\r\n\0]+(?<!\s)$/, 'expected one line without blanks around it'),
    z.number(),
    z.boolean(),
  ],
  { error: 'expected a text on one line, a number, true or false' },
)

export const sshdMatch = z
  .string()
  .regex(
    /^(?!match\b)(?:all|[A-Za-z]+[ \t=]+\S[^\r\n\0]*)$/i,
    'expected the criteria of a Match block such as "User anna"',
  )

/** The schema of an edit, which refuses unknown keys. */
export const sshdEditSchema = oneOf('SshdEdit', [
  strict({ set: sshdKeyword, values: z.array(sshdValue).min(1), match: sshdMatch.optional() }),
  strict({ remove: sshdKeyword, match: sshdMatch.optional() }),
  strict({ removeMatch: sshdMatch }),
]) as z.ZodType<SshdEdit, SshdEdit>
