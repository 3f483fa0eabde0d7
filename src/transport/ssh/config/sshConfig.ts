// Evaluates ssh_config(5) files for a host.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { expandHome } from '../../../files/home.ts'
import { distrustReason } from '../../../files/trust.ts'
import type { SourceLocation } from '../../../model/errors/location.ts'
import { localUser } from '../../program/localUser.ts'
import { type ConfigLine, configError, matchWords, parseConfigLine } from './configLine.ts'
import { canonicalKeyword, lineValue } from './keywords.ts'
import { expandGlob, matchesHostList, matchesList, matchesPatterns } from './patterns.ts'
import { checkUserName } from './sshNames.ts'
import { expandTokens } from './tokens.ts'

/** An option that is set. */
export type SshOption = {
  /** The first word, or the whole text of a command. */
  readonly value: string
  readonly words: readonly string[]
  readonly where?: SourceLocation
}

/** Options by keyword in lower case, in the order in which they were set. */
export type SshOptions = Map<string, SshOption[]>

type ConfigQuery = {
  /** The host as the inventory names it, before HostName. */
  readonly host: string
  /** Options of the command line and settings, which take precedence over the files. */
  readonly overrides: readonly ConfigLine[]
  /** The first has the highest precedence. */
  readonly files: readonly string[]
  /** Whether somebody has named the files, which are then trusted. */
  readonly areFilesNamed: boolean
  readonly log: (message: string) => void
}

/** Of all other keywords the first value wins. */
const accumulatingKeywords: ReadonlySet<string> = new Set(['identityfile', 'certificatefile'])

/**
 * The options for a host.
 *
 * @throws PlaybookError E_SSH_CONFIG for a file that cannot be read as ssh_config, and for an unknown option
 */
export function computeOptions(query: ConfigQuery): SshOptions {
  const pass: Pass = { ...query, options: new Map(), isFinal: false, needsFinalPass: false }
  for (const line of query.overrides) setOption(line, pass, true)
  checkUserName(pass.options.get('user')?.[0]?.value)
  const evaluateAll = () => {
    for (const file of query.files) evaluate(file, pass, true)
  }
  evaluateAll()
  if (!pass.needsFinalPass) return pass.options
  pass.isFinal = true
  evaluateAll()
  return pass.options
}

/** ~/.ssh/config and /etc/ssh/ssh_config, as far as they exist. */
export function defaultConfigFiles(): string[] {
  return [expandHome('~/.ssh/config'), '/etc/ssh/ssh_config'].filter((file) => existsSync(file))
}

type Pass = ConfigQuery & {
  readonly options: SshOptions
  isFinal: boolean
  needsFinalPass: boolean
}

/** As in ssh, a file that is named by `-F` may be anybody's, all others only ours or root's. */
function readConfig(file: string, isNamed: boolean): ConfigLine[] {
  const reason = isNamed ? undefined : distrustReason(file)
  if (reason)
    throw configError(`Bad owner or permissions on ${file}: ${reason}.`, undefined, 'chown and chmod it.')
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.flatMap((line, index) => parseConfigLine(line, { file, line: index + 1 }) ?? [])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw configError(`Cannot read ${file}: ${(error as Error).message}`)
  }
}

/** Sections that are not for the host are read, too, because they may contain errors. */
function evaluate(file: string, pass: Pass, isForHost: boolean, depth = 0): void {
  const isNamed = depth === 0 && pass.areFilesNamed
  let isActive = isForHost
  for (const line of readConfig(file, isNamed)) {
    if (line.keyword === 'include') include(line, file, pass, { isActive, depth })
    else if (line.keyword === 'host') isActive = isForHost && matchesPatterns(line.words, pass.host)
    else if (line.keyword === 'match') isActive = isForHost && matchesCriteria(line, pass)
    else setOption(line, pass, isActive)
  }
}

function setOption(line: ConfigLine, { options }: Pass, isActive: boolean): void {
  const ignored = options.get('ignoreunknown')?.[0]?.value ?? ''
  const value = lineValue(line, (keyword) => matchesHostList(ignored, keyword))
  if (!isActive || value === undefined) return
  const keyword = canonicalKeyword(line.keyword)
  const option = { value, words: line.words, where: line.where }
  const known = options.get(keyword)
  if (known === undefined) options.set(keyword, [option])
  else if (accumulatingKeywords.has(keyword) && !known.some((each) => each.value === value))
    known.push(option)
}

type IncludeContext = { readonly isActive: boolean; readonly depth: number }

function include({ words, where }: ConfigLine, file: string, pass: Pass, context: IncludeContext): void {
  const { isActive, depth } = context
  if (depth >= 16) throw configError(`${file} includes itself, or nests too deeply.`, where)
  const base = file.startsWith('/etc/ssh/') ? '/etc/ssh' : expandHome('~/.ssh')
  for (const pattern of words) {
    const path = expandHome(pattern)
    for (const found of expandGlob(isAbsolute(path) ? path : join(base, path))) {
      evaluate(found, pass, isActive, depth + 1)
    }
  }
}

function matchesCriteria({ text, where }: ConfigLine, pass: Pass): boolean {
  const words = matchWords(text)
  const first = (keyword: string) => pass.options.get(keyword)?.[0]?.value
  const user = first('user') ?? localUser()
  const hostName = expandTokens(first('hostname') ?? '%h', { h: pass.host })
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!
    const isNegated = word.startsWith('!')
    const name = word.replace(/^!/, '').toLowerCase()
    const argument = () => {
      const value = words[++index]
      if (value === undefined) throw configError(`Match ${name} has no value.`, where)
      return value
    }
    const criteria: { readonly [criterion: string]: () => boolean } = {
      all: () => true,
      canonical: () => false,
      final: () => {
        pass.needsFinalPass = true
        return pass.isFinal
      },
      host: () => matchesHostList(argument(), hostName),
      originalhost: () => matchesHostList(argument(), pass.host),
      user: () => matchesList(argument(), user),
      localuser: () => matchesList(argument(), localUser()),
      exec: () => {
        const port = first('port') ?? '22'
        const tokens = { h: hostName, n: pass.host, r: user, p: port, u: localUser(), d: expandHome('~') }
        return commandSucceeds(expandTokens(argument(), tokens))
      },
    }
    if (criteria[name] === undefined) {
      pass.log(`ssh_config: Match ${name} is not supported: its section is ignored`)
      return false
    }
    if (criteria[name]() === isNegated) return false
  }
  return true
}

function commandSucceeds(command: string): boolean {
  return spawnSync('/bin/sh', ['-c', command], { stdio: 'ignore', timeout: 10_000 }).status === 0
}
