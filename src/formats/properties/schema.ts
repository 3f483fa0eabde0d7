// The schema of an edit of editProperties.

import { z } from 'zod'
import { Secret } from '../../model/secrets/secret.ts'
import { oneOf, strict } from '../shared/editSchema.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.instanceof(Secret)], {
  error: 'expected a text, a number, true or false, or a secret',
})

/** The schema of an edit, which refuses unknown keys. */
export const propertiesEditSchema = oneOf('PropertiesEdit', [
  strict({ set: z.string(), value, after: z.string().optional() }),
  strict({ remove: z.string() }),
])
