// Explains why a user's file failed to load, with the location in that file.

import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import { type SourceLocation, thrownAt } from '../model/errors/location.ts'
import { didYouMean } from '../model/errors/suggest.ts'
import { nearestFile } from './nearestFile.ts'
import { shortPath } from './shortPath.ts'

type Modules = { readonly [name: string]: { readonly [exported: string]: unknown } }

/** Converts what loading `path` threw. */
export function loadError(path: string, thrown: unknown, modules: Modules): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  return (
    syntaxError(thrown) ??
    missingModule(path, thrown, modules) ??
    clarifyError(
      new PlaybookError('E_LOAD', `Cannot load this file: ${messageOf(thrown)}`, {
        where: thrownAt(thrown) ?? { file: path, line: 1 },
        cause: thrown,
      }),
      modules,
    )
  )
}

/**
 * Removes traces of compiling: `(0 , _tasks.firewalPort) is not a function` then names what the author wrote. The hint
 * says whether the module from which it is imported exports it.
 */
export function clarifyError(error: PlaybookError, modules: Modules): PlaybookError {
  const name = /\(0 ?, ?[\w$]+\.([\w$]+)\)/.exec(error.message)?.[1]
  if (name === undefined) return error
  const message = error.message.replace(/\(0 ?, ?[\w$]+\.([\w$]+)\)/g, '$1')
  const from = error.where && importedFrom(error.where.file, name)
  const exported = from === undefined ? undefined : modules[from]
  const hint =
    exported && !(name in exported)
      ? [`${from} does not export ${name}.`, didYouMean(name, Object.keys(exported))]
          .filter(Boolean)
          .join(' ')
      : error.hint
  return error.with({ message, hint })
}

/** jiti prints `ParseError: TEXT`, and on the next line FILE:LINE:COLUMN, with columns from 0. */
function syntaxError(thrown: unknown): PlaybookError | undefined {
  const match = /ParseError:\s*([\s\S]*?)\s*\n\s*(\S.*):(\d+):(\d+)\s*$/.exec(messageOf(thrown))
  if (!match) return undefined
  const [, text = '', file = '', line, column] = match
  const where = { file, line: Number(line), column: Number(column) + 1 }
  return new PlaybookError('E_SYNTAX', text.replace(/\.*$/, '.'), { where, cause: thrown })
}

function missingModule(path: string, thrown: unknown, modules: Modules): PlaybookError | undefined {
  const name = /Cannot find (?:module|package) '([^']+)'/.exec(messageOf(thrown))?.[1]
  if (name === undefined) return undefined
  const [importer = path] = (thrown as { requireStack?: readonly string[] }).requireStack ?? []
  return new PlaybookError('E_LOAD', `Cannot find ${name}, which is imported here.`, {
    where: locateText(importer, name) ?? { file: importer, line: 1 },
    hint: missingHint(name, importer, modules),
    cause: thrown,
  })
}

function missingHint(name: string, importer: string, modules: Modules): string {
  if (/^[./]/.test(name)) {
    const target = resolve(dirname(importer), name)
    return (
      nearestFile(basename(target), [dirname(target)]) ??
      `File not found: ${shortPath(target, process.cwd())}`
    )
  }
  if (name.startsWith('run-playbook')) return `Available: ${Object.keys(modules).join(', ')}`
  if (name === 'zod')
    return "Install it (npm install zod), or use run-playbook's own: import { z } from 'run-playbook'"
  return `Is it installed? npm install ${name}`
}

/** Locates a module's name in quotes. */
function locateText(file: string, name: string): SourceLocation | undefined {
  const lines = readText(file).split('\n')
  const columns = lines.map((text) => Math.max(text.indexOf(`'${name}'`), text.indexOf(`"${name}"`)) + 1)
  const index = columns.findIndex((column) => column > 0)
  return index < 0 ? undefined : { file, line: index + 1, column: columns[index]! }
}

/** The module from which a file imports a name. */
function importedFrom(file: string, name: string): string | undefined {
  const imports = readText(file).matchAll(/import\s*\{([^}]*)\}\s*from\s*['"]([^'"]+)['"]/g)
  const found = [...imports].find(([, names = '']) =>
    names.split(',').some((each) => each.trim().replace(/\s+as\s+.*/, '') === name),
  )
  return found?.[2]
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
