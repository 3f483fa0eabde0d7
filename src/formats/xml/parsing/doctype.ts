// Reads where the DOCTYPE ends and which entities it declares; fetches nothing.

import { xmlError } from './error.ts'

export type Doctype = {
  readonly end: number
  /** Internal general entities. */
  readonly entities: ReadonlyMap<string, string>
  /** All general entities declared here, external ones included. */
  readonly declared: ReadonlySet<string>
  /** Whether entities may be declared elsewhere: in an external subset or by parameter entities. */
  readonly hasOutsideDeclarations: boolean
}

/** Reads the DOCTYPE that starts at an offset. */
export function readDoctype(text: string, start: number): Doctype {
  const entities = new Map<string, string>()
  const declared = new Set<string>()
  let hasOutsideDeclarations = false
  let at = start + '<!DOCTYPE'.length
  let isInside = false
  for (;;) {
    const next = skipTo(text, at, isInside ? /["'\]%]|<!--|<\?|<!ENTITY\s/g : /["'[>]|\s(?:SYSTEM|PUBLIC)\s/g)
    if (next === undefined) throw xmlError(text, start, '"<!DOCTYPE" is not closed by ">".')
    const { found, offset } = next
    if (found === '>') return { end: offset + 1, entities, declared, hasOutsideDeclarations }
    if (found === '[' || found === ']') isInside = found === '['
    if (found === '%' || /^\s/.test(found)) hasOutsideDeclarations = true
    if (found.startsWith('<!ENTITY')) declareEntity(text, offset, entities, declared)
    at = endOf(text, found, offset)
  }
}

function skipTo(text: string, from: number, pattern: RegExp): { found: string; offset: number } | undefined {
  pattern.lastIndex = from
  const match = pattern.exec(text)
  return match ? { found: match[0], offset: match.index } : undefined
}

function endOf(text: string, found: string, offset: number): number {
  const closers: { [opener: string]: string } = { '"': '"', "'": "'", '<!--': '-->', '<?': '?>' }
  const closer = closers[found]
  if (closer === undefined) return offset + found.length
  const end = text.indexOf(closer, offset + found.length)
  if (end === -1)
    throw xmlError(
      text,
      offset,
      `${closer} expected after ${found} in the DOCTYPE, found the end of the file.`,
    )
  return end + closer.length
}

const entityDeclaration = /<!ENTITY\s+(?:%\s+)?([^\s%"'<>]+)\s+(?:"([^"]*)"|'([^']*)'|SYSTEM\s|PUBLIC\s)/y
const parameterEntityDeclaration = /<!ENTITY\s+%\s/y

function declareEntity(
  text: string,
  offset: number,
  entities: Map<string, string>,
  declared: Set<string>,
): void {
  parameterEntityDeclaration.lastIndex = offset
  if (parameterEntityDeclaration.test(text)) return
  entityDeclaration.lastIndex = offset
  const match = entityDeclaration.exec(text)
  if (!match) throw xmlError(text, offset, '<!ENTITY name "value"> expected in the DOCTYPE.')
  const [, name, double, single] = match
  if (declared.has(name!)) return
  declared.add(name!)
  const value = double ?? single
  if (value !== undefined) entities.set(name!, value)
}
