// The schema of an edit of editProperties.

import { z } from 'zod'
import { oneOf, scalarValue, strict } from '../shared/editSchema.ts'

/** The schema of an edit, which refuses unknown keys. */
export const propertiesEditSchema = oneOf('PropertiesEdit', [
  strict({ set: z.string(), value: scalarValue, after: z.string().optional() }),
  strict({ remove: z.string() }),
])
