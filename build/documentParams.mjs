// Writes each parameter's description into the tasks' declarations, for editors.
//
// tsc writes the type of the parameters as the last argument of `TaskFunction`, and cannot know `.describe()`. Run after
// tsc; again, it changes nothing. Only comments are added: the types stay as tsc wrote them.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = 'dist/tasks'
const paramsArgument = 3

for (const name of readdirSync(folder, { recursive: true }).filter((each) => each.endsWith('.d.ts'))) {
  const file = join(folder, name)
  const text = readFileSync(file, 'utf8')
  const tasks = [...text.matchAll(/^export declare const (\w+): [^\n]*?\bTaskFunction</gm)]
  if (tasks.length === 0) continue
  const module = await import(pathToFileURL(file.replace(/\.d\.ts$/, '.js')).href)
  const documented = tasks.reduceRight((whole, { 0: head, 1: exported, index }) => {
    const { start, end } = typeArguments(whole, index + head.length)[paramsArgument]
    const params = withComments(whole.slice(start, end), module[exported].spec.params)
    return whole.slice(0, start) + params + whole.slice(end)
  }, text)
  if (documented !== text) writeFileSync(file, documented)
}

/** Where the type arguments are whose list begins at `from`. */
function typeArguments(text, from) {
  const found = [{ start: from }]
  let depth = 1
  for (const { 0: token, index } of text
    .slice(from)
    .matchAll(/"(?:\\.|[^"\\])*"|\/\*[\s\S]*?\*\/|=>|[<>{}()[\],]/g)) {
    if (/^[<{([]$/.test(token)) depth += 1
    if (/^[>})\]]$/.test(token)) depth -= 1
    if (depth > 1 || (depth === 1 && token !== ',')) continue
    found.at(-1).end = from + index
    if (depth === 0) return found
    found.push({ start: from + index + 1 })
  }
  throw new Error('A type does not end.')
}

/** The type with a comment above each property that the schema describes. */
function withComments(type, schema) {
  const owners = []
  let opening = schema
  return type
    .split('\n')
    .filter((line) => !/^\s+(?:\/\*\*|\*)/.test(line)) // written before
    .flatMap((line) => {
      const [, indent, name] = /^(\s+)(?:readonly )?"?([\w$-]+)"?\??: /.exec(line) ?? []
      const property = name === undefined ? undefined : propertyOf(owners.at(-1), name)
      if (name !== undefined) opening = property
      for (const [brace] of line.replace(/"(?:\\.|[^"\\])*"/g, '').matchAll(/[{}]/g)) {
        if (brace === '{') owners.push(opening)
        else opening = owners.pop()
      }
      return property ? [...comment(indent, property), line] : [line]
    })
    .join('\n')
}

/** A property of the objects in a schema. */
function propertyOf(schema, name) {
  return objectsIn(schema).find(({ def }) => name in def.shape)?.def.shape[name]
}

/** The objects that a schema may be, without those inside of them. */
function objectsIn(schema) {
  const { def } = schema ?? {}
  if (def === undefined) return []
  if (def.type === 'object') return [schema]
  const parts = [def.innerType, def.element, def.valueType, def.left, def.right, def.in]
  return [...parts, ...(def.items ?? []), ...(def.options ?? [])].flatMap(objectsIn)
}

function comment(indent, schema) {
  const text = described(schema)
  const value = schema.safeParse(undefined)
  const lines = [
    ...(text ? [text] : []),
    ...(value.success && value.data !== undefined ? [`@default ${literal(value.data)}`] : []),
  ].map((each) => each.replaceAll('*/', '*\\/'))
  if (lines.length === 0) return []
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`]
  return [`${indent}/**`, ...lines.map((each) => `${indent} * ${each}`), `${indent} */`]
}

/** What a schema is described by, or what it wraps. */
function described(schema) {
  const inner = schema.def.innerType ?? schema.def.in
  return schema.description ?? (inner && described(inner))
}

function literal(value) {
  const text = JSON.stringify(value)
  return typeof value === 'string' && !/['"]/.test(value) ? `'${text.slice(1, -1)}'` : text
}
