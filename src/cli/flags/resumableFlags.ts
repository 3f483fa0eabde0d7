// Saves the flags of a run in its journal, and restores them for --resume.

import type { Command } from 'commander'
import { inlineVarNames } from '../../inventory/vars/extraVars.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Resumable } from '../../model/run/event.ts'
import type { RunFlags } from './runFlags.ts'
import { type SettingName, settingFlags } from './settingFlags.ts'

/** The flags to save. Of variables only files are saved: values on the command line may be secret. */
export function resumableFlags(flags: RunFlags): Resumable {
  const saved = Object.entries({ ...flags, extraVars: flags.extraVars.filter(isFile) }).filter(
    ([name, value]) =>
      Object.hasOwn(settingFlags, name) &&
      !settingFlags[name as SettingName].isPerRun &&
      value !== undefined &&
      !(Array.isArray(value) && value.length === 0),
  )
  return { flags: Object.fromEntries(saved), unkeptVars: inlineVarNames(flags.extraVars, process.cwd()) }
}

/**
 * Sets the flags of a command as in an earlier run, except those that its own command line gives.
 *
 * @throws PlaybookError E_RESUME_VARS for variables that were not saved and are not given again
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

function requireVars(unsaved: readonly string[], given: readonly string[]): void {
  const known = new Set(inlineVarNames(given, process.cwd()))
  const missing = unsaved.filter((name) => !known.has(name))
  if (missing.length === 0) return
  throw new PlaybookError(
    'E_RESUME_VARS',
    `The last run set ${missing.join(', ')} with -e, whose values are not saved.`,
    {
      hint: `Give ${missing.length === 1 ? 'it' : 'them'} again: --resume ${missing.map((name) => `-e ${name}=…`).join(' ')}`,
    },
  )
}

function isFile(given: string): boolean {
  return given.trim().startsWith('@')
}
