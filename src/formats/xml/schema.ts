// The schema of an edit of editXml.

import { z } from 'zod'
import { Secret } from '../../model/secrets/secret.ts'
import { oneOf, scalarValue, strict } from '../shared/editSchema.ts'
import type { ElementSpec, XmlEdit, XmlPlace } from './edit.ts'

const selector = z.union([z.string(), z.array(z.string()).min(1)], {
  error: 'expected a selector, or a list of selectors',
})
const attributes = z.record(
  z.string(),
  z.union([scalarValue, z.null()], { error: 'expected a value, or null' }),
)

const element: z.ZodType<ElementSpec> = z.lazy(() =>
  strict({
    name: z.string(),
    attributes: z.record(z.string(), scalarValue).optional(),
    children: z.array(element).optional(),
    text: z.union([z.string(), z.instanceof(Secret)]).optional(),
  }),
)

const place: z.ZodType<XmlPlace> = z.union([
  z.enum(['first', 'last']),
  strict({ after: selector }),
  strict({ before: selector }),
])

/** The schema of an edit, which refuses unknown keys. */
export const xmlEditSchema: z.ZodType<XmlEdit, XmlEdit> = oneOf('XmlEdit', [
  strict({ set: selector, attributes, all: z.boolean().optional() }),
  strict({ uncomment: selector, attributes: attributes.optional() }),
  strict({ comment: selector }),
  strict({
    ensure: selector,
    element: z.union([z.string(), z.instanceof(Secret), element]),
    match: z.union([selector, z.record(z.string(), scalarValue)]).optional(),
    place: z.union([place, z.array(place)]).optional(),
    exact: z.boolean().optional(),
  }),
  strict({ remove: selector, all: z.boolean().optional() }),
  strict({ text: selector, value: scalarValue, all: z.boolean().optional() }),
]) as z.ZodType<XmlEdit, XmlEdit>
