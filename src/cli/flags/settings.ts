// Fills in flags that the command line omits, from the environment or the configuration.

import type { Command, Option } from 'commander'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { type ConfigFile, loadConfigFile } from './configFile.ts'
import { type SettingName, settingFlags } from './settingFlags.ts'

/** Variables of Ansible that are read when ours is not set. */
const aliases: { readonly [N in SettingName]?: string } = { vaultPasswordFile: 'ANSIBLE_VAULT_PASSWORD_FILE' }

type Environment = { readonly [name: string]: string | undefined }

type Settings = { readonly env: Environment; readonly file: ConfigFile | undefined }

/** A setting with its value and where it came from. */
export type Setting = { readonly name: SettingName; readonly value: unknown; readonly from: string }

/** @throws PlaybookError E_CONFIG for a wrong file, E_ENVIRONMENT for a mistyped variable, errors of loading the file */
export async function loadSettings(env: Environment = process.env, cwd = process.cwd()): Promise<Settings> {
  const file = await loadConfigFile(env.RUN_PLAYBOOK_CONFIG || undefined, cwd)
  for (const key of Object.keys(file?.config ?? {}))
    if (!Object.hasOwn(settingFlags, key)) throw unknownKey(file!, key)
  requireKnownVariables(env)
  return { env, file }
}

/**
 * Sets the flags that the command line omits.
 *
 * @throws PlaybookError E_CONFIG or E_ENVIRONMENT for a value that the flag does not accept
 */
export function applySettings(command: Command, settings: Settings): void {
  for (const option of optionsOf(command)) {
    const name = option.attributeName() as SettingName
    if (command.getOptionValueSource(name) === 'cli') continue
    const found = fromEnvironment(option, settings.env) ?? fromFile(option, settings.file)
    if (found) command.setOptionValueWithSource(name, found.value, found.source)
  }
}

/** Lists all settings of a command, after `applySettings`. */
export function listSettings(command: Command, { env, file }: Settings): Setting[] {
  return optionsOf(command).map((option) => {
    const name = option.attributeName() as SettingName
    const origins: { readonly [source: string]: string | undefined } = {
      cli: option.long,
      env: environmentName(name, env),
      config: file?.displayPath,
    }
    const from = origins[command.getOptionValueSource(name) ?? ''] ?? 'default'
    return { name, value: command.getOptionValue(name), from }
  })
}

/** Whether a command takes settings: every command that works on hosts or vaults takes vault passwords. */
export function takesSettings(command: Command): boolean {
  return command.options.some((option) => option.attributeName() === 'vaultPasswordFile')
}

/** The flags of a command that are settings. */
function optionsOf(command: Command): readonly Option[] {
  return command.options.filter((option) => Object.hasOwn(settingFlags, option.attributeName()))
}

/** `vaultPasswordFile` is RUN_PLAYBOOK_VAULT_PASSWORD_FILE. */
export function variableOf(name: string): string {
  return `RUN_PLAYBOOK_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** Refuses a variable that is probably mistyped; others with our prefix may be the user's own. */
function requireKnownVariables(env: Environment): void {
  const prefix = variableOf('')
  const known = new Set(
    ['config', ...Object.keys(settingFlags)].map((name) => variableOf(name).slice(prefix.length)),
  )
  for (const variable of Object.keys(env)) {
    const name = variable.startsWith(prefix) ? variable.slice(prefix.length) : undefined
    const near = name !== undefined && !known.has(name) ? nearest(name, known) : undefined
    if (near === undefined) continue
    const message = `No setting "${variable}".`
    throw new PlaybookError('E_ENVIRONMENT', message, `Did you mean ${prefix}${near}?`)
  }
}

type Found = { readonly value: unknown; readonly source: 'env' | 'config' }

function fromEnvironment(option: Option, env: Environment): Found | undefined {
  const variable = environmentName(option.attributeName() as SettingName, env)
  if (variable === undefined) return undefined
  const text = env[variable]!
  const fail = (reason: string) => new PlaybookError('E_ENVIRONMENT', `${variable}="${text}": ${reason}`)
  if (!isSwitch(option)) return { value: parseValue(option, [text], fail), source: 'env' }
  const word = text.toLowerCase()
  if (['true', 'yes', 'on', '1'].includes(word)) return { value: true, source: 'env' }
  if (['false', 'no', 'off', '0'].includes(word)) return { value: false, source: 'env' }
  throw fail('Expected true or false.')
}

/** -v takes no value either, but is counted. */
function isSwitch(option: Option): boolean {
  return option.isBoolean() && !option.parseArg
}

function environmentName(name: SettingName, env: Environment): string | undefined {
  const names = [variableOf(name), aliases[name]].filter((each) => each !== undefined)
  return names.find((each) => env[each] !== undefined && env[each] !== '')
}

function fromFile(option: Option, file: ConfigFile | undefined): Found | undefined {
  const name = option.attributeName() as SettingName
  const given = file?.config[name]
  if (!file || given === undefined) return undefined
  const fail = (reason: string) => configError(file, name, `${name}: ${reason}`)
  if (isSwitch(option)) {
    if (typeof given !== 'boolean') throw fail(`Expected true or false, got ${JSON.stringify(given)}.`)
    return { value: given, source: 'config' }
  }
  const isList = Array.isArray(option.defaultValue)
  const items = Array.isArray(given) && isList ? given : [given]
  const texts = items.map((item) => textOf(item, name, fail))
  return { value: parseValue(option, texts, fail), source: 'config' }
}

function textOf(value: unknown, name: SettingName, fail: (reason: string) => PlaybookError): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (name === 'extraVars' && typeof value === 'object' && value !== null) return JSON.stringify(value)
  throw fail(`Expected text, got ${JSON.stringify(value)}.`)
}

/** Parses a value as the flag would; -v takes its count. */
function parseValue(
  option: Option,
  texts: readonly string[],
  fail: (reason: string) => PlaybookError,
): unknown {
  if (option.attributeName() === 'verbose') {
    if (/^\d+$/.test(texts[0]!)) return Number(texts[0])
    throw fail('Expected a number from 0 to 4, as many as -v.')
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
  const near = nearest(key, Object.keys(settingFlags))
  const hint = near ? `Did you mean ${near}?` : 'List them: run-playbook config'
  return configError(file, key, `No setting "${key}".`, hint)
}

function configError(file: ConfigFile, key: string, message: string, hint?: string): PlaybookError {
  const where: SourceLocation = { file: file.path, line: file.lineOf(key) }
  return new PlaybookError('E_CONFIG', message, { where, hint })
}
