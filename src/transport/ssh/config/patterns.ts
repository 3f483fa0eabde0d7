// The patterns of ssh_config(5): `*`, `?`, `!`, for hosts and for the files of Include.

import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The patterns of `Host`: words, one of which has to match; `!` takes out. Letters are as the host was written. */
export function matchesPatterns(list: readonly string[], text: string): boolean {
  if (list.some((each) => each.startsWith('!') && matchesGlob(each.slice(1), text))) return false
  return list.some((each) => !each.startsWith('!') && matchesGlob(each, text))
}

/** A pattern list of `Match`, with commas. */
export function matchesList(list: string, text: string): boolean {
  return matchesPatterns(list.split(','), text)
}

/** A pattern list of hosts, whose letters may be large or small. */
export function matchesHostList(list: string, host: string): boolean {
  return matchesList(list.toLowerCase(), host.toLowerCase())
}

function matchesGlob(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text)
}

/** The files that a path with * and ? stands for, sorted. */
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
