// Tests that compare: ==, in, contains, subset, match, version.

import { matches, type RegexFlags, search } from '../python/regex.ts'
import { contains, equal, order, truth } from '../values/compare.ts'
import { itemsOf } from '../values/iterate.ts'
import { bindArguments, type Test } from '../values/library.ts'
import { str } from '../values/text.ts'
import type { Value } from '../values/value.ts'
import { compareVersions } from './versions.ts'

/** A test with one argument. */
function compares(compute: (value: Value, other: Value) => boolean, name = 'other'): Test {
  return (value, args, kwargs) => compute(value, bindArguments(args, kwargs, [name], 1)[0]!)
}

const eq = compares(equal)
const ne = compares((value, other) => !equal(value, other))
const lt = compares((value, other) => order(value, other, '<') < 0)
const le = compares((value, other) => order(value, other, '<=') <= 0)
const gt = compares((value, other) => order(value, other, '>') > 0)
const ge = compares((value, other) => order(value, other, '>=') >= 0)
const subset = compares((value, other) => within(itemsOf(value), itemsOf(other)))
const superset = compares((value, other) => within(itemsOf(other), itemsOf(value)))

function within(items: readonly Value[], others: readonly Value[]): boolean {
  return items.every((item) => contains([...others], item))
}

/** `is match`: at the beginning; `is search`: anywhere. */
function matching(kind: string): Test {
  return (value, args, kwargs) => {
    const names = ['pattern', 'ignorecase', 'multiline', 'match_type']
    const [pattern = '', ignoreCase = false, multiline = false, type = kind] = bindArguments(
      args,
      kwargs,
      names,
    )
    const flags = { ignoreCase: truth(ignoreCase), multiline: truth(multiline) }
    return isFound(str(type), str(pattern), str(value), flags)
  }
}

function isFound(type: string, pattern: string, text: string, flags: RegexFlags): boolean {
  const found = search(pattern, text, flags)
  if (type === 'search' || !found) return found !== null
  // Python tries at the beginning alone; the first match may be elsewhere only where none is there.
  if (type === 'match') return found.index === 0
  return matches(`(?:${pattern})\\Z`, text, flags).some(({ index }) => index === 0)
}

const version: Test = (value, args, kwargs) => {
  const names = ['version', 'operator', 'strict', 'version_type']
  const [other, operator = 'eq', strict = null, type = null] = bindArguments(args, kwargs, names, 1)
  return compareVersions(str(value), str(other!), str(operator), {
    strict: strict === null ? undefined : truth(strict),
    type: type === null ? undefined : str(type),
  })
}

export const comparisonTests: { readonly [name: string]: Test } = {
  eq,
  equalto: eq,
  '==': eq,
  ne,
  '!=': ne,
  lt,
  lessthan: lt,
  '<': lt,
  le,
  '<=': le,
  gt,
  greaterthan: gt,
  '>': gt,
  ge,
  '>=': ge,
  sameas: compares(
    (value, other) => typeof value === typeof other && (value === other || isSameScalar(value, other)),
  ),
  in: compares((value, other) => contains(other, value), 'seq'),
  contains: compares((value, other) => contains(value, other), 'value'),
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  all: (value) => itemsOf(value).every(truth),
  any: (value) => itemsOf(value).some(truth),
  match: matching('match'),
  search: matching('search'),
  regex: matching('search'),
  version,
  version_compare: version,
}

function isSameScalar(value: Value, other: Value): boolean {
  return value !== null && typeof value !== 'object' && equal(value, other)
}
