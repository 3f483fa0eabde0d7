// Formats the type of a schema like TypeScript.

import { z } from 'zod'

/**
 * Formats the input type of a schema: `string | string[]`, `'open' | 'closed'`, `integer 1-65535`. A schema's
 * `meta({ title })` is the name of its type.
 *
 * @example typeText(z.union([z.string(), z.array(z.string())]).optional()) // 'string | string[]'
 */
export function typeText(schema: z.core.$ZodType): string {
  const title = z.globalRegistry.get(schema)?.title
  if (title !== undefined) return title
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return typeText(def.innerType)
    case 'pipe':
      return typeText(isTransform(def.in) ? def.out : def.in)
    case 'lazy':
      return typeText(def.getter())
    case 'literal':
      return union(def.values.map((value) => literal(value)))
    case 'enum':
      return union(Object.values(def.entries).map(literal))
    case 'union':
      return union(def.options.map(typeText))
    case 'array':
      return `${inParentheses(typeText(def.element))}[]`
    case 'tuple':
      return `[${def.items.map(typeText).join(', ')}]`
    case 'record':
      return `{ [name]: ${typeText(def.valueType)} }`
    case 'object':
      return objectText(def.shape)
    case 'number':
      return numberText(schema as z.ZodNumber)
    case 'custom':
      return (schema._zod.bag.Class as { name?: string } | undefined)?.name ?? 'value'
    default:
      return def.type
  }
}

function isTransform(schema: z.core.$ZodType): boolean {
  return (schema as z.core.$ZodTypes)._zod.def.type === 'transform'
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ')
}

function inParentheses(text: string): string {
  return text.includes(' ') && !text.startsWith('{') ? `(${text})` : text
}

function objectText(shape: { readonly [name: string]: z.core.$ZodType }): string {
  const members = Object.entries(shape).map(([name, schema]) => {
    const isOptional = (schema as z.ZodType).safeParse(undefined).success
    return `${name}${isOptional ? '?' : ''}: ${typeText(schema)}`
  })
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** Shows a range if it has both bounds; zod's own bounds, of safe integers, are ignored. */
function numberText(schema: z.ZodNumber): string {
  const noun = schema.isInt ? 'integer' : 'number'
  const least = bound(schema.minValue)
  const most = bound(schema.maxValue)
  return least === undefined || most === undefined ? noun : `${noun} ${least}-${most}`
}

function bound(value: number | null): number | undefined {
  return value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value
}
