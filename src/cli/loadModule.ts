// Loads TypeScript of the user's with jiti, in which `run-playbook` is this running copy.

import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PlaybookError } from '../model/error.ts'
import type { SourceLocation } from '../model/location.ts'

/**
 * The module in a file: its exports.
 *
 * @throws PlaybookError E_SYNTAX at the place, E_LOAD with what was missing or thrown
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, {
    fsCache: cacheFolder(),
    interopDefault: false,
    virtualModules: {
      'run-playbook': await import('../index.ts'),
      'run-playbook/tasks': await import('../../tasks/index.ts'),
      'run-playbook/testing': await import('../testing/index.ts'),
    },
  })
  try {
    return (await jiti.import(path)) as Record<string, unknown>
  } catch (thrown) {
    throw loadError(path, thrown)
  }
}

/** A folder of the user's own: a shared one would let others plant code. */
function cacheFolder(): string | false {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'run-playbook', 'jiti')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  } catch {
    return false
  }
}

function loadError(path: string, thrown: unknown): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const first = message.split('\n')[0]!
  const syntax = syntaxPlace(path, thrown)
  if (syntax) {
    const text = first
      .replace(/\s*\(\d+:\d+\)\s*$/, '')
      .replace(/^.*?ParseError:\s*/, '')
      .replace(`${syntax.file}: `, '')
    return new PlaybookError('E_SYNTAX', text, { where: syntax, cause: thrown })
  }
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)
  const where = thrownPlace(thrown) ?? { file: path, line: 1 }
  if (missing) {
    return new PlaybookError('E_LOAD', `Cannot find ${missing[1]}, which is imported here or below.`, {
      where,
      hint: 'Is it installed (npm install), and is the path right?',
      cause: thrown,
    })
  }
  return new PlaybookError('E_LOAD', `It could not be loaded: ${first}`, { where, cause: thrown })
}

/** Babel, which jiti parses with, gives `loc`, or ` (LINE:COLUMN)` at the end of its message. */
function syntaxPlace(path: string, thrown: unknown): SourceLocation | undefined {
  if (!(thrown instanceof Error)) return undefined
  const isSyntax = thrown.name === 'SyntaxError' || /ParseError|SyntaxError/.test(thrown.message)
  const match = /\((\d+):(\d+)\)/.exec(thrown.message)
  if (!isSyntax || !match) return undefined
  const file = /((?:\/|[A-Za-z]:)[^\s:]+\.[cm]?[jt]sx?)/.exec(thrown.message)?.[1] ?? path
  return { file, line: Number(match[1]), column: Number(match[2]) + 1 }
}

function thrownPlace(thrown: unknown): SourceLocation | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const frames = [...stack.matchAll(/\(?((?:file:\/\/)?\/[^()\s]+?):(\d+):(\d+)\)?/g)]
  const own = frames.find((frame) => !/node_modules|node:|\/dist\/src\//.test(frame[1]!))
  if (!own) return undefined
  return { file: own[1]!.replace(/^file:\/\//, ''), line: Number(own[2]), column: Number(own[3]) }
}
