// str.format: fields in braces, with Python's format specifications.

import { dictKey } from '../values/compare.ts'
import { unwrapped } from '../values/secrets.ts'
import { repr, str } from '../values/text.ts'
import { isDict, isList, type Kwargs, PyError, PyObject, type Value } from '../values/value.ts'
import { formatValue } from './formatSpec.ts'

/** `text.format(*args, **kwargs)`. */
export function formatText(text: string, args: readonly Value[], kwargs: Kwargs): string {
  let next = 0
  const fieldValue = (name: string): Value => {
    const [first = '', ...path] = name.match(/[^.[\]]+|\.[^.[\]]+|\[[^\]]*\]/g) ?? ['']
    const key = first.startsWith('.') || first.startsWith('[') || name === '' ? '' : first
    const members = key === '' && name !== '' ? [first, ...path] : path
    const start = key === '' ? args[next++] : /^\d+$/.test(key) ? args[Number(key)] : kwargs.get(key)
    if (start === undefined)
      throw new PyError(
        key === '' ? `there are fewer arguments than braces` : `there is no argument "${key}"`,
      )
    return members.reduce(memberOf, start)
  }
  const expand = (template: string, depth: number): string => {
    if (depth > 2) throw new PyError('braces are nested too deep')
    const field = /\{\{|\}\}|\{((?:[^{}!:]|\[[^\]]*\])*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g
    return template.replace(field, (whole, name?: string, conversion?: string, spec = '') => {
      if (whole === '{{') return '{'
      if (whole === '}}') return '}'
      if (name === undefined)
        throw new PyError(`a single ${whole} in the format`, `Write ${whole}${whole} for a brace.`)
      const value = fieldValue(name)
      const converted = conversion === undefined ? value : conversion === 's' ? str(value) : repr(value)
      return formatValue(unwrapped(converted), expand(spec, depth + 1))
    })
  }
  return expand(text, 0)
}

function memberOf(value: Value, member: string): Value {
  const isItem = member.startsWith('[')
  const name = isItem ? member.slice(1, -1) : member.slice(1)
  const key = /^\d+$/.test(name) ? Number(name) : name
  const found =
    isItem && isDict(value)
      ? value.get(dictKey(key))
      : isItem && isList(value) && typeof key === 'number'
        ? value[key]
        : value instanceof PyObject && !isItem
          ? value.attribute(name)
          : undefined
  if (found === undefined) throw new PyError(`there is no ${member} in the argument`)
  return found
}
