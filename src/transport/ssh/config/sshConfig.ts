// Evaluates ssh_config(5) files for a host.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import SSHConfig, { type Line, type Match, type Section } from 'ssh-config'
import { PlaybookError } from '../../../model/errors/error.ts'
import { localUser } from '../../program/localUser.ts'
import { expandGlob, matchesHostList, matchesList, matchesPatterns } from './patterns.ts'
import { expandHome, expandTokens } from './tokens.ts'

/** Values by keyword in lower case; a value of several words (UserKnownHostsFile) is one text. */
export type SshOptions = Map<string, string[]>

type ConfigQuery = {
  /** The host as the inventory names it, before HostName. */
  readonly host: string
  /** Options of the command line and settings, which take precedence over the files. */
  readonly overrides: SshOptions
  /** The first has the highest precedence. */
  readonly files: readonly string[]
  readonly log: (message: string) => void
}

/** Keywords whose values accumulate; of all others the first value wins. */
export const accumulatingKeywords: ReadonlySet<string> = new Set(['identityfile', 'certificatefile'])

/**
 * The options for a host.
 *
 * @throws PlaybookError E_SSH_CONFIG for a file that cannot be read as ssh_config
 */
export function computeOptions(query: ConfigQuery): SshOptions {
  const options: SshOptions = new Map([...query.overrides].map(([key, values]) => [key, [...values]]))
  const pass: Pass = { ...query, options, isFinal: false, needsFinalPass: false }
  const trees = query.files.map((file) => ({ file, tree: readConfig(file) }))
  for (const { file, tree } of trees) evaluate(tree, file, pass)
  if (!pass.needsFinalPass) return options
  pass.isFinal = true
  for (const { file, tree } of trees) evaluate(tree, file, pass)
  return options
}

/** ~/.ssh/config and /etc/ssh/ssh_config, as far as they exist. */
export function defaultConfigFiles(): string[] {
  return [join(homedir(), '.ssh', 'config'), '/etc/ssh/ssh_config'].filter((file) => existsSync(file))
}

type Pass = ConfigQuery & {
  readonly options: SshOptions
  isFinal: boolean
  needsFinalPass: boolean
}

function readConfig(file: string): readonly Line[] {
  try {
    return SSHConfig.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const message = `Cannot read ${file}: ${(error as Error).message}`
    throw new PlaybookError('E_SSH_CONFIG', message, { cause: error })
  }
}

function evaluate(lines: readonly Line[], file: string, pass: Pass, depth = 0): void {
  for (const line of lines) {
    if (!('param' in line)) continue
    const keyword = line.param.toLowerCase()
    if (keyword === 'include') include(wordsOf(line.value), file, pass, depth)
    else if (keyword === 'host') {
      if (matchesPatterns(wordsOf(line.value), pass.host))
        evaluate((line as Section).config, file, pass, depth)
    } else if (keyword === 'match') {
      if (matchesCriteria(wordsOf(line.value), pass)) evaluate((line as Match).config, file, pass, depth)
    } else setOption(keyword, textOf(line.value), pass)
  }
}

function setOption(keyword: string, value: string, { options }: Pass): void {
  const values = options.get(keyword)
  if (values === undefined) options.set(keyword, [value])
  else if (accumulatingKeywords.has(keyword) && !values.includes(value)) values.push(value)
}

type Value = string | { val: string; separator: string; quoted?: boolean }[]

function wordsOf(value: Value): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val)
}

/** The value as written: quotes stay, because a shell may read them. */
function textOf(value: Value): string {
  if (typeof value === 'string') return value
  return value.map(({ val, quoted }) => (quoted ? `"${val.replaceAll('"', '\\"')}"` : val)).join(' ')
}

function include(patterns: readonly string[], file: string, pass: Pass, depth: number): void {
  if (depth >= 16) throw new PlaybookError('E_SSH_CONFIG', `${file} includes itself, or nests too deeply.`)
  const isSystem = file.startsWith('/etc/ssh/')
  const base = isSystem ? '/etc/ssh' : join(homedir(), '.ssh')
  for (const pattern of patterns) {
    const path = expandHome(pattern)
    for (const found of expandGlob(isAbsolute(path) ? path : join(base, path))) {
      evaluate(readConfig(found), found, pass, depth + 1)
    }
  }
}

function matchesCriteria(words: readonly string[], pass: Pass): boolean {
  const user = pass.options.get('user')?.[0] ?? localUser()
  const hostName = expandTokens(pass.options.get('hostname')?.[0] ?? '%h', { h: pass.host })
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!
    const isNegated = word.startsWith('!')
    const [name = '', inline] = word.replace(/^!/, '').toLowerCase().split('=')
    const argument = () => inline ?? words[++index] ?? ''
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
      exec: () =>
        commandSucceeds(
          expandTokens(argument(), { h: hostName, n: pass.host, r: user, ...localTokens(pass) }),
        ),
    }
    if (criteria[name] === undefined) {
      pass.log(`ssh_config: Match ${name} is not supported: its section is ignored`)
      return false
    }
    if (criteria[name]() === isNegated) return false
  }
  return true
}

function localTokens({ options }: Pass): { [token: string]: string } {
  return { p: options.get('port')?.[0] ?? '22', u: localUser(), d: homedir() }
}

function commandSucceeds(command: string): boolean {
  return spawnSync('/bin/sh', ['-c', command], { stdio: 'ignore', timeout: 10_000 }).status === 0
}
