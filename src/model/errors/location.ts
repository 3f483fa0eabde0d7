// A place in a file that a person wrote, so that every error can point at it.

import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A place in a file: line and column count from 1. */
export type SourceLocation = { readonly file: string; readonly line: number; readonly column?: number }

/** `playbooks/was.ts:18:3`, the form that editors and terminals turn into a link. */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

/**
 * The place in a user's file from which `caller` was called: file and line. (See `thrownAt` for the column.)
 *
 * The stack is captured now and read only when the result is called, because reading it is what costs.
 */
// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
export function callSite(caller: Function): () => SourceLocation | undefined {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, caller)
  Error.stackTraceLimit = limit
  let read: { readonly place: SourceLocation | undefined } | undefined
  return () => {
    read ??= { place: parseFrame(holder.stack ?? '') }
    return read.place
  }
}

/**
 * The place in a user's file at which something was thrown: the nearest frame of its stack that is neither Node's,
 * nor a package's, nor ours. Without a column: that of TypeScript which was compiled on the way is not the one its
 * author sees.
 */
export function thrownAt(thrown: unknown): SourceLocation | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const places = stack
    .split('\n')
    .flatMap((line) => (/^\s+at /.test(line) ? (parseFrame(`\n${line}`) ?? []) : []))
  return places.find(({ file }) => isUsers(file))
}

const own = ['../../', '../../../tasks/'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)))

function isUsers(file: string): boolean {
  return (
    isAbsolute(file) && !file.includes('/node_modules/') && !own.some((folder) => file.startsWith(folder))
  )
}

function parseFrame(stack: string): SourceLocation | undefined {
  const match = /\(?((?:file:\/\/)?[^()\s][^()\n]*?):(\d+):(\d+)\)?\s*$/m.exec(
    stack.slice(stack.indexOf('\n    at ') + 8),
  )
  if (!match) return undefined
  const file = match[1]!
    .replace(/^async /, '')
    .replace(/^file:\/\//, '')
    .replace(/\?.*$/, '')
  return { file: decodeURI(file), line: Number(match[2]) }
}
