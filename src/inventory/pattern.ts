// Ansible's language of host patterns: `web:&stage:!web-02`, globs, `~regex`, `web[0:2]`, and limits.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import { nearest } from '../model/errors/suggest.ts'
import { withLocation } from '../model/errors/withLocation.ts'
import { globMatcher } from '../model/glob.ts'
import { parseAddress } from './sources/hostRange.ts'

/** The names a pattern is matched against. */
export type KnownNames = {
  /** The hosts of every group, its children's included, in order. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** All hosts, in the order in which they were first named. */
  readonly hosts: ReadonlySet<string>
  /** Where a limit's `@file` is looked for. */
  readonly cwd: string
}

/**
 * The hosts of a pattern, in Ansible's order, those of a limit alone if there is one
 * (https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html).
 *
 * @throws PlaybookError E_UNKNOWN_GROUP, E_UNKNOWN_HOST, E_PATTERN, E_LIMIT_EMPTY, E_LIMIT_FILE
 */
export function selectHosts(pattern: string, limit: string | undefined, known: KnownNames): string[] {
  const hosts = evaluate(splitPattern(pattern), pattern, known)
  if (limit === undefined || limit === '') return hosts
  const kept = new Set(limitHosts(limit, known))
  return hosts.filter((host) => kept.has(host))
}

/** Makes sure that a limit leaves a host to at least one of the patterns. */
export function validateLimit(patterns: readonly string[], limit: string, known: KnownNames): void {
  const possible = new Set(patterns.flatMap((pattern) => selectHosts(pattern, undefined, known)))
  const kept = limitHosts(limit, known)
  if (!kept.some((host) => possible.has(host))) throw emptyLimit(limit, [...possible])
}

/** Whether a name means this machine, as Ansible has it. */
export function isLocalhost(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '::1'
}

function limitHosts(limit: string, known: KnownNames): string[] {
  const patterns = splitPattern(limit).flatMap((each) =>
    each.startsWith('@') ? limitFile(each.slice(1), known) : [each],
  )
  const kept = patterns.length === 0 ? [] : evaluate(patterns, limit, known)
  if (kept.length === 0) throw emptyLimit(limit, known.groups.get('all') ?? [])
  return kept
}

/** The patterns of a file, one a line; each is looked at alone, so that a wrong one is said with its line. */
function limitFile(name: string, known: KnownNames): string[] {
  const path = resolve(known.cwd, name)
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new PlaybookError('E_LIMIT_FILE', `No file ${name} with hosts to limit the run to.`)
  }
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    const pattern = line.trim()
    if (pattern === '') return []
    withLocation({ file: name, line: index + 1 }, () => matchOrHost(pattern.replace(/^[&!]/, ''), known))
    return [pattern]
  })
}

/** A name that is a host and a group means the host. */
function matchOrHost(pattern: string, known: KnownNames): readonly string[] {
  return known.hosts.has(pattern) ? [pattern] : matchOne(pattern, known)
}

function emptyLimit(limit: string, possible: readonly string[]): PlaybookError {
  const listed = possible.slice(0, 20).join(', ')
  const more = possible.length > 20 ? ` and ${possible.length - 20} more` : ''
  return new PlaybookError('E_LIMIT_EMPTY', `--limit ${limit} leaves no host.`, {
    hint: possible.length === 0 ? 'There are no hosts.' : `Possible are: ${listed}${more}`,
  })
}

/**
 * The single patterns of a text. A colon separates only where the text is not an address or a range, and there is no
 * comma, as in Ansible's split_host_pattern.
 */
export function splitPattern(text: string): string[] {
  const parts = text.includes(',')
    ? text.split(',')
    : parseAddress(text)
      ? [text]
      : (text.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [])
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Unions first, then intersections, then exclusions, whatever order they were written in. */
function evaluate(patterns: readonly string[], text: string, known: KnownNames): string[] {
  if (patterns.length === 0) throw new PlaybookError('E_PATTERN', `"${text}" names no host or group.`)
  const unions = patterns.filter((each) => !/^[&!]/.test(each))
  const hosts = new Set(
    // A name that is a host and a group means the host here, the group behind & and !: so it is in Ansible.
    (unions.length > 0 ? unions : ['all']).flatMap((each) => matchOrHost(each, known)),
  )
  for (const each of patterns.filter((pattern) => pattern.startsWith('&'))) {
    const kept = new Set(matchOne(each.slice(1), known))
    for (const host of hosts) if (!kept.has(host)) hosts.delete(host)
  }
  for (const each of patterns.filter((pattern) => pattern.startsWith('!'))) {
    for (const host of matchOne(each.slice(1), known)) hosts.delete(host)
  }
  return [...hosts]
}

function matchOne(pattern: string, known: KnownNames): readonly string[] {
  const subscript = pattern.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(pattern)
  if (!subscript) return enumerate(pattern, pattern, known)
  const [, name, index, from, to] = subscript
  const hosts = enumerate(name!, pattern, known)
  if (hosts.length === 0) return hosts
  if (index !== undefined) return [itemAt(hosts, Number(index), pattern)]
  if (to === '') return hosts.slice(Number(from))
  return Number(to) === 0 ? [itemAt(hosts, Number(from), pattern)] : hosts.slice(Number(from), Number(to) + 1)
}

function itemAt(hosts: readonly string[], index: number, pattern: string): string {
  const host = hosts.at(index)
  if (host !== undefined) return host
  const count = `${hosts.length} host${hosts.length === 1 ? '' : 's'}`
  throw new PlaybookError(
    'E_PATTERN',
    `"${pattern}" goes beyond the ${count} there ${hosts.length === 1 ? 'is' : 'are'}.`,
  )
}

/** Hosts of the groups that match; where none does, or the pattern is more than a word, hosts that match too. */
function enumerate(pattern: string, written: string, known: KnownNames): readonly string[] {
  const isWild = pattern.startsWith('~') || /[.?*[]/.test(pattern)
  if (!isWild) return named(pattern, known)
  const matches = matcher(pattern)
  const groups = [...known.groups].filter(([name]) => matches(name))
  const found = [...groups.flatMap(([, hosts]) => hosts), ...[...known.hosts].filter(matches)]
  const isName = !pattern.startsWith('~') && !/[?*[]/.test(pattern)
  return found.length === 0 && groups.length === 0 && isName ? named(written, known) : found
}

function named(name: string, known: KnownNames): readonly string[] {
  const hosts = known.groups.get(name) ?? (known.hosts.has(name) ? [name] : undefined)
  if (hosts) return hosts
  if (isLocalhost(name)) return [[...known.hosts].find(isLocalhost) ?? name]
  const group = nearest(name, known.groups.keys())
  const host = nearest(name, known.hosts)
  const isHost = host !== undefined && group === undefined
  throw new PlaybookError(isHost ? 'E_UNKNOWN_HOST' : 'E_UNKNOWN_GROUP', `No host or group "${name}".`, {
    hint: group || host ? `Did you mean ${group ?? host}?` : knownGroups(known),
  })
}

function knownGroups(known: KnownNames): string {
  const names = [...known.groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped')
  if (names.length === 0) return 'The inventory has no groups.'
  return `Groups are: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`
}

function matcher(pattern: string): (name: string) => boolean {
  if (pattern.startsWith('~')) {
    const regex = pythonRegex(pattern.slice(1))
    return (name) => regex.test(name)
  }
  return globMatcher(pattern)
}

/** A regular expression as Python's re.match takes it: anchored at the start, `(?P<name>…)`, a leading `(?i)`. */
function pythonRegex(source: string): RegExp {
  const flags = /^\(\?([imsx]+)\)/.exec(source)
  const body = source.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<')
  try {
    return new RegExp(`^(?:${body})`, [...new Set(flags?.[1])].filter((flag) => flag !== 'x').join(''))
  } catch (error) {
    const message = `"~${source}" is not a regular expression: ${(error as Error).message}`
    throw new PlaybookError('E_PATTERN', message, { cause: error })
  }
}
