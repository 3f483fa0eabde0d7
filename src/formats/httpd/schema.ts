// The schema of an edit of editHttpd.

import { z } from 'zod'
import { oneOf, scalarValue, strict } from '../shared/editSchema.ts'
import type { HttpdEdit, HttpdNode } from './edit.ts'

const args = z.array(scalarValue).optional()
const directive = strict({ name: z.string(), args })
const selector = z.union([z.string(), directive])
const path = z.array(directive).optional()
const place = z.union([z.enum(['first', 'last']), strict({ after: selector }), strict({ before: selector })])
const placement = { in: path, place: z.union([place, z.array(place)]).optional() }

const node: z.ZodType<HttpdNode> = z.lazy(() =>
  strict({ name: z.string(), args, content: z.array(node).optional() }),
)

/** The schema of an edit, which refuses unknown keys. */
export const httpdEditSchema: z.ZodType<HttpdEdit, HttpdEdit> = oneOf('HttpdEdit', [
  strict({ set: z.string(), args, key: z.number().optional(), ...placement }),
  strict({ uncomment: z.string(), args, in: path }),
  strict({ comment: z.string(), args, in: path }),
  strict({ remove: z.string(), args, in: path }),
  strict({
    section: z.string(),
    args,
    content: z.array(node),
    keepsOthers: z.boolean().optional(),
    having: selector.optional(),
    only: z.boolean().optional(),
    ...placement,
  }),
]) as z.ZodType<HttpdEdit, HttpdEdit>
