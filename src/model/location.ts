// A place in a file that a person wrote, so that every error can point at it.

/** A place in a file: line and column count from 1. */
export type SourceLocation = { readonly file: string; readonly line: number; readonly column?: number }

/** `playbooks/was.ts:18:3`, the form that editors and terminals turn into a link. */
export function formatLocation({ file, line, column }: SourceLocation): string {
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

/**
 * The place in a user's file from which `caller` was called.
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
  return () => parseFrame(holder.stack ?? '')
}

function parseFrame(stack: string): SourceLocation | undefined {
  const match = /\(?((?:file:\/\/)?[^()\s][^()\n]*?):(\d+):(\d+)\)?\s*$/m.exec(
    stack.slice(stack.indexOf('\n    at ') + 8),
  )
  if (!match) return undefined
  const file = match[1]!.replace(/^file:\/\//, '').replace(/\?.*$/, '')
  return { file: decodeURI(file), line: Number(match[2]), column: Number(match[3]) }
}
