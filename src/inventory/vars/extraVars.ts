// Reads the variables of `-e`: `key=value`, `@file`, YAML or JSON, or an object.

import { resolve } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import type { ExtraVars } from '../../model/inventoryModule.ts'
import { parseKeyValues } from '../parsing/keyValues.ts'
import { type MapEntry, type SourceNode, toSourceNode } from '../parsing/sourceNode.ts'
import { FileLoader } from '../sources/fileLoader.ts'

/** The variables of all `-e`, later ones over earlier ones; errors go to `files`. */
export function extraEntries(
  extraVars: readonly ExtraVars[],
  files: FileLoader,
  cwd: string,
): ReadonlyMap<string, MapEntry> {
  const entries = new Map<string, MapEntry>()
  for (const each of extraVars) {
    const node = readExtra(each, files, cwd)
    if (node?.entries) for (const [name, entry] of node.entries) entries.set(name, entry)
    else if (node) files.errors.push(extraVarsError(String(each), 'not a mapping of variables'))
  }
  return entries
}

/** The names of the variables that `-e` sets directly, not through a file. */
export function inlineVarNames(extraVars: readonly string[], cwd: string): string[] {
  const inline = extraVars.filter((each) => !each.trim().startsWith('@'))
  return [...extraEntries(inline, new FileLoader({ cwd, vaultPasswords: [] }), cwd).keys()]
}

function readExtra(given: ExtraVars, files: FileLoader, cwd: string): SourceNode | undefined {
  if (typeof given !== 'string') {
    files.noted(JSON.stringify(given))
    return toSourceNode(given)
  }
  const text = files.noted(given.trim())
  if (text === '') return undefined
  if (text.startsWith('@')) return files.readYaml(resolve(cwd, text.slice(1)))
  if (/^[[{]/.test(text)) return files.parseYaml('-e', text)
  try {
    return toSourceNode(Object.fromEntries(parseKeyValues(text)))
  } catch (error) {
    files.errors.push(extraVarsError(text, (error as Error).message))
    return undefined
  }
}

function extraVarsError(given: string, message: string): PlaybookError {
  const hint = 'Give key=value, @file, or {"key": "value"}.'
  return new PlaybookError('E_EXTRA_VARS', `-e ${given}: ${message}`, hint)
}
