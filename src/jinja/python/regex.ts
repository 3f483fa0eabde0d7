// Python's regular expressions in JavaScript: patterns, searches and replacements.

import { withTimeLimit } from '../../model/concurrency/timeLimit.ts'
import { quoted } from '../values/text.ts'
import { PyError } from '../values/value.ts'
import { expandedReplacement } from './regexReplacement.ts'
import { translatedPattern } from './regexTranslation.ts'

export type RegexFlags = { readonly ignoreCase?: boolean; readonly multiline?: boolean }

const cache = new Map<string, RegExp>()

/**
 * A Python pattern as a global RegExp.
 *
 * @throws PyError for a wrong pattern, and for what JavaScript cannot do: `(?>…)`, `a++`, `(?(1)…)`, `(?i:…)`
 */
function compiled(pattern: string, { ignoreCase = false, multiline = false }: RegexFlags): RegExp {
  const key = `${ignoreCase ? 'i' : ''}${multiline ? 'm' : ''}/${pattern}`
  const known = cache.get(key)
  if (known) return known
  const { source, flags } = translatedPattern(pattern, { ignoreCase, multiline })
  try {
    const regex = new RegExp(source, `g${flags}v`)
    if (cache.size > 500) cache.clear()
    cache.set(key, regex)
    return regex
  } catch (thrown) {
    throw new PyError(
      `${quoted(pattern)} is not a regular expression: ${(thrown as Error).message.replace(/^.*: /s, '')}`,
    )
  }
}

/** The matches of `re.finditer`. @throws PlaybookError E_SLOW_PATTERN after 3 seconds */
export function matches(pattern: string, text: string, flags: RegexFlags = {}): RegExpExecArray[] {
  const regex = compiled(pattern, flags)
  return limited(pattern, () => {
    regex.lastIndex = 0
    return [...text.matchAll(regex)] as RegExpExecArray[]
  })
}

/** The first match of `re.search`. @throws PlaybookError E_SLOW_PATTERN after 3 seconds */
export function search(pattern: string, text: string, flags: RegexFlags = {}): RegExpExecArray | null {
  const regex = compiled(pattern, flags)
  return limited(pattern, () => {
    regex.lastIndex = 0
    return regex.exec(text)
  })
}

/** `re.subn` with a replacement as Python writes it: `\1`, `\g<name>`. A count of 0 replaces all. */
export function substituted(
  pattern: string,
  replacement: string,
  text: string,
  { count = 0, ...flags }: RegexFlags & { readonly count?: number } = {},
): { readonly text: string; readonly count: number } {
  const all = matches(pattern, text, flags)
  const used = count > 0 ? all.slice(0, count) : all
  const expand = expandedReplacement(replacement)
  let result = ''
  let end = 0
  for (const match of used) {
    result += text.slice(end, match.index) + expand(match)
    end = match.index + match[0].length
  }
  return { text: result + text.slice(end), count: used.length }
}

/** A pattern with one repetition takes no more than the square of the text's length. */
function limited<T>(pattern: string, work: () => T): T {
  const repetitions = pattern.match(/[*+{]/g)?.length ?? 0
  return repetitions < 2 ? work() : withTimeLimit([pattern], work)
}
