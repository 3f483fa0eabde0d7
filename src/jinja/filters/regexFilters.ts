// Ansible's filters of regular expressions, with the syntax of Python.

import { matches, search, substituted } from '../python/regex.ts'
import { groupOf } from '../python/regexReplacement.ts'
import { intOf, named } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import { bindArguments, type Filter } from '../values/library.ts'
import { quoted, str } from '../values/text.ts'
import { PyError, Tuple, type Value } from '../values/value.ts'

const regexSearch: Filter = (value, [pattern, ...groups], kwargs) => {
  if (pattern === undefined) throw new PyError('lacks its argument "regex"')
  const [ignoreCase = false, multiline = false] = bindArguments([], kwargs, ['ignorecase', 'multiline'])
  const names = groups.map((group) => groupName(str(group)))
  const match = search(str(pattern), str(value), {
    ignoreCase: truth(ignoreCase),
    multiline: truth(multiline),
  })
  if (!match) return null
  return names.length === 0 ? match[0] : names.map((name) => groupOf(match, name) ?? null)
}

export const regexFilters: { readonly [name: string]: Filter } = {
  regex_search: regexSearch,
  regex_replace: named(
    ['pattern', 'replacement', 'ignorecase', 'multiline', 'count', 'mandatory_count'],
    (
      value,
      [pattern = '', replacement = '', ignoreCase = false, multiline = false, count = 0, mandatory = 0],
    ) => {
      const flags = { ignoreCase: truth(ignoreCase), multiline: truth(multiline) }
      const result = substituted(str(pattern), str(replacement), str(value), {
        ...flags,
        count: intOf(count, 'count'),
      })
      const needed = intOf(mandatory, 'mandatory_count')
      if (needed === 0 || needed === result.count) return result.text
      throw new PyError(
        `the pattern ${quoted(str(pattern))} has to match ${needed} times, and matches ${result.count} times`,
      )
    },
  ),
  regex_findall: named(
    ['regex', 'multiline', 'ignorecase'],
    (value, [pattern, multiline = false, ignoreCase = false]) =>
      matches(str(pattern!), str(value), { ignoreCase: truth(ignoreCase), multiline: truth(multiline) }).map(
        found,
      ),
    1,
  ),
  regex_escape: named(['re_type'], (value, [kind = 'python']) => {
    if (kind === 'python') return str(value).replace(/[\t-\r #$&()*+\-.?[\\\]^{|}~]/g, '\\$&')
    if (kind === 'posix_basic') return str(value).replace(/[\].[^$*\\]/g, '\\$&')
    throw new PyError(`re_type is ${quoted(str(kind))}`, "It has to be 'python' or 'posix_basic'.")
  }),
}

function groupName(text: string): string | number {
  const [, name, number] = /^\\(?:g<(\S+)>|(\d+))/.exec(text) ?? []
  if (number !== undefined) return Number(number)
  if (name !== undefined) return /^\d+$/.test(name) ? Number(name) : name
  throw new PyError(`${quoted(text)} is not a group`, "Groups are '\\\\1' or '\\\\g<name>'.")
}

/** As re.findall: the match, its one group, or a tuple of its groups. */
function found([whole, ...groups]: RegExpExecArray): Value {
  if (groups.length === 0) return whole
  const texts = groups.map((group) => group ?? '')
  return texts.length === 1 ? texts[0]! : Tuple.from(texts)
}
