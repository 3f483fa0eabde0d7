// The patterns of ssh_config(5): `*`, `?`, `!`, for hosts and for the files of Include.

import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A pattern list of ssh_config: words, or one with commas; `!` takes out. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  const list = patterns.flatMap((pattern) => pattern.split(','))
  if (list.some((each) => each.startsWith('!') && matchesGlob(each.slice(1), text))) return false
  return list.some((each) => !each.startsWith('!') && matchesGlob(each, text))
}

/** A pattern list of hosts. As ssh, which puts host names in lower case first. */
export function matchesHost(patterns: readonly string[], host: string): boolean {
  return matchesAny(
    patterns.map((pattern) => pattern.toLowerCase()),
    host.toLowerCase(),
  )
}

function matchesGlob(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text)
}

/** The files that a path with * and ? stands for, sorted. */
export function filesMatching(pattern: string): string[] {
  if (!/[*?[]/.test(pattern)) return existsSync(pattern) ? [pattern] : []
  const name = pattern.slice(dirname(pattern).length).replace(/^\//, '')
  return filesMatching(dirname(pattern)).flatMap((folder) =>
    namesIn(folder)
      .filter((each) => matchesGlob(name, each))
      .sort()
      .map((each) => join(folder, each)),
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return []
  }
}
