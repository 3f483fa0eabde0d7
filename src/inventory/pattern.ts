// Selects hosts by Ansible's patterns: `web:&stage:!web-02`, globs, `~regex`, `web[0:2]`.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import { nearest } from '../model/errors/suggest.ts'
import { withLocation } from '../model/errors/withLocation.ts'
import { globMatcher } from '../model/glob.ts'
import { parseAddress } from './sources/hostRange.ts'

/** The names a pattern is matched against. */
export type KnownNames = {
  /** The hosts of every group, including those of its children, in order. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** All hosts, in the order in which their names first occur. */
  readonly hosts: ReadonlySet<string>
  /** The folder of a limit's `@file`. */
  readonly cwd: string
}

/**
 * The hosts of a pattern in Ansible's order, restricted to those of a limit
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

/** Makes sure that a limit matches a host of at least one of the patterns. */
export function validateLimit(patterns: readonly string[], limit: string, known: KnownNames): void {
  const possible = new Set(patterns.flatMap((pattern) => selectHosts(pattern, undefined, known)))
  const kept = limitHosts(limit, known)
  if (!kept.some((host) => possible.has(host))) throw emptyLimit(limit, [...possible])
}

/** Whether a name means this machine, as in Ansible. */
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

/** The patterns of a file, one per line; each is checked on its own, so that an error names its line. */
function limitFile(name: string, known: KnownNames): string[] {
  const path = resolve(known.cwd, name)
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new PlaybookError('E_LIMIT_FILE', `No file ${name} for --limit.`)
  }
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    const pattern = line.trim()
    if (pattern === '') return []
    withLocation({ file: name, line: index + 1 }, () => matchOrHost(pattern.replace(/^[&!]/, ''), known))
    return [pattern]
  })
}

/** A name of both a host and a group means the host. */
function matchOrHost(pattern: string, known: KnownNames): readonly string[] {
  return known.hosts.has(pattern) ? [pattern] : matchOne(pattern, known)
}

function emptyLimit(limit: string, possible: readonly string[]): PlaybookError {
  const listed = possible.slice(0, 20).join(', ')
  const more = possible.length > 20 ? ` and ${possible.length - 20} more` : ''
  return new PlaybookError('E_LIMIT_EMPTY', `--limit ${limit} matches no host.`, {
    hint: possible.length === 0 ? 'There are no hosts.' : `Possible hosts: ${listed}${more}`,
  })
}

/**
 * The single patterns of a text. A colon separates only if the text has no comma and is not an address or a range, as
 * in Ansible's split_host_pattern.
 */
export function splitPattern(text: string): string[] {
  const parts = text.includes(',')
    ? text.split(',')
    : parseAddress(text)
      ? [text]
      : (withoutOpenBrackets(text).match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [])
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** A bracket that is never closed separates, and each would make the search go on to the end of the text. */
function withoutOpenBrackets(text: string): string {
  const end = text.lastIndexOf(']') + 1
  return text.slice(0, end) + text.slice(end).replaceAll('[', ' ')
}

/** Applies unions first, then intersections, then exclusions, in whatever order they are written. */
function evaluate(patterns: readonly string[], text: string, known: KnownNames): string[] {
  if (patterns.length === 0) throw new PlaybookError('E_PATTERN', `"${text}" names no host and no group.`)
  const unions = patterns.filter((each) => !/^[&!]/.test(each))
  const hosts = new Set(
    // As in Ansible, a name of both a host and a group means the host here, but the group after & and !.
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

/** No name is as long, and a regular expression has its limits. */
const longest = 4096

function matchOne(pattern: string, known: KnownNames): readonly string[] {
  if (pattern.length > longest) {
    const shown = `${pattern.slice(0, 40)}…`
    throw new PlaybookError(
      'E_PATTERN',
      `The pattern ${shown} has ${pattern.length} characters, at most ${longest} are read.`,
    )
  }
  const subscript = pattern.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(pattern)
  if (!subscript) return hostsMatching(pattern, pattern, known)
  const [, name, index, from, to] = subscript
  const hosts = hostsMatching(name!, pattern, known)
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
    `"${pattern}" is out of range: there ${hosts.length === 1 ? 'is' : 'are'} ${count}.`,
  )
}

/** The hosts of the matching groups, then the matching hosts. */
function hostsMatching(pattern: string, original: string, known: KnownNames): readonly string[] {
  const isWild = pattern.startsWith('~') || /[.?*[]/.test(pattern)
  if (!isWild) return hostsNamed(pattern, known)
  const matches = matcher(pattern)
  const groups = [...known.groups].filter(([name]) => matches(name))
  const found = [...groups.flatMap(([, hosts]) => hosts), ...[...known.hosts].filter(matches)]
  const isName = !pattern.startsWith('~') && !/[?*[]/.test(pattern)
  return found.length === 0 && groups.length === 0 && isName ? hostsNamed(original, known) : found
}

function hostsNamed(name: string, known: KnownNames): readonly string[] {
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
  return `Groups: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`
}

function matcher(pattern: string): (name: string) => boolean {
  if (pattern.startsWith('~')) {
    const regex = pythonRegex(pattern.slice(1))
    return (name) => regex.test(name)
  }
  return globMatcher(pattern)
}

/** Converts a regular expression of Python's re.match: anchored at the start, `(?P<name>…)`, a leading `(?i)`. */
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
