// Variables of the command line (`-e`): `key=value`, `@file`, YAML or JSON, or an object.

import { resolve } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import { Files } from './files.ts'
import { keyValues } from './keyValues.ts'
import { type Entry, fromPlain, type Located } from './located.ts'

export type ExtraVars = string | { readonly [name: string]: unknown }

/** The entries of all that was given, later ones over earlier ones; faults go to `files`. */
export function extraEntries(
  given: readonly ExtraVars[],
  files: Files,
  cwd: string,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const each of given) {
    const node = readExtra(each, files, cwd)
    if (node?.entries) for (const [name, entry] of node.entries) entries.set(name, entry)
    else if (node) files.faults.push(extraFault(String(each), 'is not a mapping of variables'))
  }
  return entries
}

/** The names of variables that were given with their values, not by a file. */
export function inlineVarNames(given: readonly string[], cwd: string): string[] {
  const inline = given.filter((each) => !each.trim().startsWith('@'))
  return [...extraEntries(inline, new Files({ cwd, vaultPasswords: [] }), cwd).keys()]
}

function readExtra(given: ExtraVars, files: Files, cwd: string): Located | undefined {
  if (typeof given !== 'string') return fromPlain(given)
  const text = given.trim()
  if (text === '') return undefined
  if (text.startsWith('@')) return files.yaml(resolve(cwd, text.slice(1)))
  if (/^[[{]/.test(text)) return files.yamlText('-e', text)
  try {
    return fromPlain(Object.fromEntries(keyValues(text)))
  } catch (error) {
    files.faults.push(extraFault(text, (error as Error).message))
    return undefined
  }
}

function extraFault(given: string, message: string): PlaybookError {
  return new PlaybookError(
    'E_EXTRA_VARS',
    `-e ${given}: ${message}`,
    'Give key=value, @file, or {"key": "value"}.',
  )
}
