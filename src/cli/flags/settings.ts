// Where the value of a flag comes from: the command line, else the environment, else the configuration file.

import type { Command, Option } from 'commander'
import type { RunPlaybookConfig } from '../../model/config.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { type ConfigFile, loadConfigFile } from './configFile.ts'

type Name = keyof RunPlaybookConfig

/**
 * Complete: a field of the configuration that is not here does not compile. `kept`: --resume takes it from the run that
 * it goes on with; `anew`: it is given anew, for it only says how a run is told.
 */
export const resumePolicy: { readonly [N in Name]-?: 'kept' | 'anew' } = {
  inventory: 'kept',
  limit: 'kept',
  tags: 'kept',
  skipTags: 'kept',
  check: 'anew',
  diff: 'anew',
  extraVars: 'kept',
  forks: 'kept',
  forceHandlers: 'kept',
  verbose: 'anew',
  become: 'kept',
  becomeUser: 'kept',
  becomeMethod: 'kept',
  askBecomePass: 'kept',
  becomePasswordFile: 'kept',
  askPass: 'kept',
  connectionPasswordFile: 'kept',
  user: 'kept',
  privateKey: 'kept',
  sshCommonArgs: 'kept',
  sshExtraArgs: 'kept',
  connection: 'kept',
  timeout: 'kept',
  vaultPasswordFile: 'kept',
  vaultId: 'kept',
  askVaultPass: 'kept',
  output: 'anew',
}

/** Names of Ansible's that count where ours is not set. */
const aliases: { readonly [N in Name]?: string } = { vaultPasswordFile: 'ANSIBLE_VAULT_PASSWORD_FILE' }

type Environment = { readonly [name: string]: string | undefined }

export type Settings = { readonly env: Environment; readonly file: ConfigFile | undefined }

/** A setting with its value and where it came from. */
export type Setting = { readonly name: string; readonly value: unknown; readonly from: string }

/** @throws PlaybookError E_CONFIG where the file is wrong, what loading it throws, E_ENVIRONMENT for a mistyped variable */
export async function loadSettings(env: Environment = process.env, cwd = process.cwd()): Promise<Settings> {
  const file = await loadConfigFile(env.RUN_PLAYBOOK_CONFIG || undefined, cwd)
  for (const key of Object.keys(file?.config ?? {}))
    if (!Object.hasOwn(resumePolicy, key)) throw unknownKey(file!, key)
  requireKnownVariables(env)
  return { env, file }
}

/**
 * Gives the flags that the command line does not give their values from elsewhere.
 *
 * @throws PlaybookError E_CONFIG or E_ENVIRONMENT for a value that the flag does not take
 */
export function applySettings(command: Command, settings: Settings): void {
  for (const option of optionsOf(command)) {
    const name = option.attributeName() as Name
    if (command.getOptionValueSource(name) === 'cli') continue
    const found = fromEnvironment(option, settings.env) ?? fromFile(option, settings.file)
    if (found) command.setOptionValueWithSource(name, found.value, found.source)
  }
}

/** All settings of a command whose settings were applied. */
export function listSettings(command: Command, { env, file }: Settings): Setting[] {
  return optionsOf(command).map((option) => {
    const name = option.attributeName() as Name
    const places = new Map([
      ['cli', option.long],
      ['env', environmentName(name, env)],
      ['config', file?.displayPath],
    ])
    const from = places.get(command.getOptionValueSource(name) ?? '')
    return { name, value: command.getOptionValue(name), from: from ?? 'default' }
  })
}

/** Whether a command's flags are those of a run: all that work on hosts or vaults take vault passwords. */
export function takesSettings(command: Command): boolean {
  return command.options.some((option) => option.attributeName() === 'vaultPasswordFile')
}

/** The flags of a command that the environment and the configuration can give. */
function optionsOf(command: Command): readonly Option[] {
  return command.options.filter((option) => Object.hasOwn(resumePolicy, option.attributeName()))
}

/** `vaultPasswordFile` is RUN_PLAYBOOK_VAULT_PASSWORD_FILE. */
export function variableOf(name: string): string {
  return `RUN_PLAYBOOK_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** A variable that is near one of ours is a slip; any other may be somebody's own. */
function requireKnownVariables(env: Environment): void {
  const prefix = variableOf('')
  const known = new Set(
    ['config', ...Object.keys(resumePolicy)].map((name) => variableOf(name).slice(prefix.length)),
  )
  for (const variable of Object.keys(env)) {
    const name = variable.startsWith(prefix) ? variable.slice(prefix.length) : undefined
    const near = name !== undefined && !known.has(name) ? nearest(name, known) : undefined
    if (near === undefined) continue
    const message = `There is no setting "${variable}".`
    throw new PlaybookError('E_ENVIRONMENT', message, `Did you mean ${prefix}${near}?`)
  }
}

type Found = { readonly value: unknown; readonly source: 'env' | 'config' }

function fromEnvironment(option: Option, env: Environment): Found | undefined {
  const variable = environmentName(option.attributeName() as Name, env)
  if (variable === undefined) return undefined
  const text = env[variable]!
  const fail = (reason: string) => new PlaybookError('E_ENVIRONMENT', `${variable}="${text}": ${reason}`)
  if (!isSwitch(option)) return { value: parsed(option, [text], fail), source: 'env' }
  const word = text.toLowerCase()
  if (['true', 'yes', 'on', '1'].includes(word)) return { value: true, source: 'env' }
  if (['false', 'no', 'off', '0'].includes(word)) return { value: false, source: 'env' }
  throw fail('Expected true or false.')
}

/** -v takes no value either, and is counted. */
function isSwitch(option: Option): boolean {
  return option.isBoolean() && !option.parseArg
}

function environmentName(name: Name, env: Environment): string | undefined {
  const names = [variableOf(name), aliases[name]].filter((each) => each !== undefined)
  return names.find((each) => env[each] !== undefined && env[each] !== '')
}

function fromFile(option: Option, file: ConfigFile | undefined): Found | undefined {
  const name = option.attributeName() as Name
  const given = file?.config[name]
  if (!file || given === undefined) return undefined
  const fail = (reason: string) => configError(file, name, `${name}: ${reason}`)
  if (isSwitch(option)) {
    if (typeof given !== 'boolean') throw fail(`Expected true or false, got ${JSON.stringify(given)}.`)
    return { value: given, source: 'config' }
  }
  const isList = Array.isArray(option.defaultValue)
  const items = Array.isArray(given) && isList ? given : [given]
  return {
    value: parsed(
      option,
      items.map((item) => textOf(item, name, fail)),
      fail,
    ),
    source: 'config',
  }
}

function textOf(value: unknown, name: Name, fail: (reason: string) => PlaybookError): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (name === 'extraVars' && typeof value === 'object' && value !== null) return JSON.stringify(value)
  throw fail(`Expected text, got ${JSON.stringify(value)}.`)
}

/** As the flag itself would take it; -v, which is counted, as its count. */
function parsed(option: Option, texts: readonly string[], fail: (reason: string) => PlaybookError): unknown {
  if (option.attributeName() === 'verbose') {
    if (/^\d+$/.test(texts[0]!)) return Number(texts[0])
    throw fail('Expected how many -v: 0 to 4.')
  }
  try {
    let value: unknown = option.defaultValue
    for (const text of texts) value = option.parseArg ? option.parseArg(text, value as never) : text
    return value
  } catch (thrown) {
    throw fail((thrown as Error).message)
  }
}

function unknownKey(file: ConfigFile, key: string): PlaybookError {
  const near = nearest(key, Object.keys(resumePolicy))
  return configError(
    file,
    key,
    `There is no setting "${key}".`,
    near ? `Did you mean ${near}?` : 'run-playbook config shows them.',
  )
}

function configError(file: ConfigFile, key: string, message: string, hint?: string): PlaybookError {
  const where: SourceLocation = { file: file.path, line: file.lineOf(key) }
  return new PlaybookError('E_CONFIG', message, { where, ...(hint ? { hint } : {}) })
}
