// The flags of a run that its journal keeps, so that --resume goes on as the run began.

import type { Command } from 'commander'
import { inlineVarNames } from '../../inventory/vars/extraVars.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Resumable } from '../../model/run/event.ts'
import type { RunFlags } from './runFlags.ts'
import { resumePolicy } from './settings.ts'

/** What a run notes of its flags. Of variables only files are kept: values on the command line may be secret. */
export function resumableFlags(flags: RunFlags): Resumable {
  const kept = Object.entries({ ...flags, extraVars: flags.extraVars.filter(isFile) }).filter(
    ([name, value]) =>
      resumePolicy[name as keyof typeof resumePolicy] === 'kept' &&
      value !== undefined &&
      !(Array.isArray(value) && value.length === 0),
  )
  return { flags: Object.fromEntries(kept), unkeptVars: inlineVarNames(flags.extraVars, process.cwd()) }
}

/**
 * Gives a command the flags of an earlier run, where its own line does not say otherwise.
 *
 * @throws PlaybookError E_RESUME_VARS where variables that are not kept are not given again
 */
export function restoreFlags(command: Command, { flags, unkeptVars }: Resumable): RunFlags {
  for (const [name, value] of Object.entries(flags)) {
    if (name !== 'extraVars' && command.getOptionValueSource(name) !== 'cli')
      command.setOptionValueWithSource(name, value, 'journal')
  }
  const { extraVars, ...others } = command.opts<RunFlags>()
  requireVars(unkeptVars, extraVars)
  const files = ((flags.extraVars ?? []) as string[]).filter((file) => !extraVars.includes(file))
  return { ...others, extraVars: [...files, ...extraVars] }
}

function requireVars(unkept: readonly string[], given: readonly string[]): void {
  const known = new Set(inlineVarNames(given, process.cwd()))
  const missing = unkept.filter((name) => !known.has(name))
  if (missing.length === 0) return
  throw new PlaybookError(
    'E_RESUME_VARS',
    `The last run was given ${missing.join(', ')} by -e; values are not kept.`,
    {
      hint: `Give ${missing.length === 1 ? 'it' : 'them'} again: --resume ${missing.map((name) => `-e ${name}=…`).join(' ')}`,
    },
  )
}

function isFile(given: string): boolean {
  return given.trim().startsWith('@')
}
