// Source locations, and how to find the line of a user's file in a stack trace.

import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A place in a file. Lines and columns start at 1. */
export type SourceLocation = { readonly file: string; readonly line: number; readonly column?: number }

/** Formats a location as `playbooks/was.ts:18:3`, which editors and terminals turn into a link. */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

/**
 * The file and line from which `caller` was called. (See `thrownAt` for why there is no column.)
 *
 * The stack is captured now, but parsed only when the result is called, because parsing is slow.
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
 * The place in a user's file where an error was thrown: the nearest stack frame that is not in Node, in a package or
 * in run-playbook. Without a column, because the column of compiled TypeScript is not that of the source.
 */
export function thrownAt(thrown: unknown): SourceLocation | undefined {
  return userFrames(thrown instanceof Error ? (thrown.stack ?? '') : '')[0]?.place
}

/** A place in a user's file, and the name of the function that was called there. */
export type StackFrame = { readonly place: SourceLocation; readonly name: string | undefined }

/** The frames of a stack that are in users' files, the innermost first. */
export function userFrames(stack: string): StackFrame[] {
  return stack.split('\n').flatMap((line): StackFrame[] => {
    if (!/^\s+at /.test(line)) return []
    const place = parseFrame(`\n${line}`)
    const name = /^\s+at (?:async )?(?:[\w$<>]+\.)*([\w$]+) \(/.exec(line)?.[1]
    return place && isUsers(place.file) ? [{ place, name }] : []
  })
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
