// Matches the patterns of ssh_config(5): *, ? and !.

import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Whether one of the patterns matches, and none of those negated by `!`. Case-sensitive, like `Host`. */
export function matchesPatterns(list: readonly string[], text: string, matches = matchesGlob): boolean {
  if (list.some((each) => each.startsWith('!') && matches(each.slice(1), text))) return false
  return list.some((each) => !each.startsWith('!') && matches(each, text))
}

/** The same with a comma-separated list, as in `Match`. */
export function matchesList(list: string, text: string): boolean {
  return matchesPatterns(list.split(','), text)
}

/** The same for hosts, in any case. */
export function matchesHostList(list: string, host: string): boolean {
  return matchesList(list.toLowerCase(), host.toLowerCase())
}

export function matchesGlob(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text)
}

/** The files that match a path with * and ?, sorted. */
export function expandGlob(pattern: string): string[] {
  if (!/[*?[]/.test(pattern)) return existsSync(pattern) ? [pattern] : []
  const name = pattern.slice(dirname(pattern).length).replace(/^\//, '')
  return expandGlob(dirname(pattern)).flatMap((folder) =>
    visibleNames(folder)
      .filter((each) => matchesGlob(name, each))
      .sort()
      .map((each) => join(folder, each)),
  )
}

function visibleNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return []
  }
}
