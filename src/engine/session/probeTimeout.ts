// The error of a probe that took too long, which names the files that hang.

import { PlaybookError } from '../../model/errors/error.ts'
import type { ScriptEntry } from '../../wire/script.ts'

export class ProbeTimeout extends PlaybookError {
  readonly entry: ScriptEntry
  readonly seconds: number
  /** Which of the files that it reads hang; empty: it is no read of files, or they are only slow. */
  readonly hanging: readonly string[]

  constructor(entry: ScriptEntry, seconds: number, hanging: readonly string[] = []) {
    super('E_PROBE_TIMEOUT', `${subject(entry, hanging)} took longer than ${seconds} s and was stopped.`, {
      details: entry.paths ? [] : [firstLine(entry)],
      hint: hint(entry, hanging),
    })
    this.entry = entry
    this.seconds = seconds
    this.hanging = hanging
  }
}

function subject({ paths }: ScriptEntry, hanging: readonly string[]): string {
  if (!paths) return 'A probe'
  const shown = hanging.length > 0 ? hanging : paths
  const more = shown.length > 3 ? ` and ${shown.length - 3} other files` : ''
  return `Reading ${shown.slice(0, 3).join(', ')}${more}`
}

function hint({ limitSeconds }: ScriptEntry, hanging: readonly string[]): string {
  if (hanging.length > 0) return 'Does its file system hang, such as a mount of a dead NFS server?'
  return limitSeconds === undefined
    ? 'Does a file system on the host hang?'
    : "The limit is the task's timeout, which bounds its probes too."
}

/** The first line of what an entry runs, to show. */
export function firstLine({ body }: ScriptEntry): string {
  const line = body.toString().trim().split('\n')[0]!
  return line.length > 200 ? `${line.slice(0, 197)}…` : line
}
