// The schema of an edit of editKeyValue.

import { z } from 'zod'
import { Secret } from '../../model/secrets/secret.ts'
import { oneOf, scalarValue, strict } from '../shared/editSchema.ts'
import type { KeyValueEdit } from './edit.ts'

const oneLine = /^(?!\s)[^\r\n\0]*(?<!\s)$/

export const keyValueKey = z
  .string()
  .regex(
    /^[^\s=:#;"'-][^\s=]*(?<!:)$/,
    'expected the name of a key, without blanks, = and a colon at its end',
  )

/** A value on one line. */
export const keyValueValue = scalarValue.refine(
  (value) => (value instanceof Secret ? value.doesMatch(oneLine) : oneLine.test(String(value))),
  'expected one line without blanks around it',
)

/** The schema of an edit, which refuses unknown keys. */
export const keyValueEditSchema = oneOf('KeyValueEdit', [
  strict({ set: keyValueKey, value: keyValueValue }),
  strict({ remove: keyValueKey }),
]) as z.ZodType<KeyValueEdit, KeyValueEdit>
