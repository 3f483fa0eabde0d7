// The schema of an edit of editJson and editYaml.

import { z } from 'zod'
import { Secret } from '../../model/secrets/secret.ts'
import { oneOf, strict } from '../shared/editSchema.ts'
import type { DataEdit, DataValue } from './edit.ts'

const value: z.ZodType<DataValue> = z.lazy(() => anyValue)

const anyValue = z.union(
  [
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.instanceof(Secret),
    z.array(value),
    z.record(z.string(), value),
  ],
  { error: 'expected a value of JSON, or a secret' },
)

const step = z.union(
  [
    z.string(),
    z.int().min(0),
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  ],
  { error: 'expected a key, an index from 0, or members of an item' },
)

const path = z.union(
  [z.string().regex(/^(?:\/(?:[^~]|~[01])*)?$/, 'expected a JSON Pointer such as /a/b'), z.array(step)],
  { error: 'expected a JSON Pointer such as /a/b, or a list of keys and indexes' },
)

/** The schema of an edit, which refuses unknown keys. */
export const dataEditSchema = oneOf('DataEdit', [
  strict({ set: path, value }),
  strict({ merge: path, value: z.record(z.string(), value) }),
  strict({ remove: path }),
  strict({ include: path, items: z.array(value).min(1) }),
  strict({ exclude: path, items: z.array(value).min(1) }),
]) as z.ZodType<DataEdit, DataEdit>
