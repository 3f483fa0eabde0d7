// Builds the shell text that validates the content of a step without putting it into place.

import { contentBytes } from '../model/fileChange.ts'
import { formatMode } from '../model/fileState.ts'
import { quote } from '../model/shell/command.ts'
import { safePaths } from '../model/shell/safePaths.ts'
import type { UploadStep, WriteStep } from '../model/step.ts'
import { bodyWithContent, type ScriptEntry } from './script.ts'
import { subshellOf } from './stepScript.ts'

/** Larger content does not fit a script. */
const limitBytes = 128 * 1024

/**
 * Runs the step's validation command on a temporary file of the same name and mode, in a folder of its own away from the
 * target. undefined: the step has none, or its content cannot be part of a script.
 */
export function validationEntry(step: WriteStep): ScriptEntry | undefined {
  const bytes = contentBytes(step.content)
  if (!step.validate || bytes.length > limitBytes || bytes.includes(0)) return undefined
  const before = `rp_folder=$(mktemp -d) || exit 0
trap 'rm -rf -- "$rp_folder"' EXIT
trap 'exit 130' HUP INT TERM
cd -- "$rp_folder" || exit 0
printf %s `
  const after = ` >./data || exit 0
${validation(step)}`
  return { kind: 'probe', ...bodyWithContent(before, bytes, after) }
}

/** Where content that does not fit a script is sent to, to be validated: the file `data` in a new folder in here. */
export const rehearsalFolder = '/var/tmp'

/** Validates what was sent to the folder `name` there, and removes it. */
export function sentValidationEntry(step: WriteStep | UploadStep, name: string): ScriptEntry {
  const body = `${safePaths}rp_enter ${rehearsalFolder}
rp_restage ${quote(name)}
${validation(step)}`
  return { kind: 'probe', body }
}

/** In a folder that only this user can enter, which has the content as `data`. */
function validation({ path, mode, validate }: WriteStep | UploadStep): string {
  const name = `./${quote(path.slice(path.lastIndexOf('/') + 1))}`
  const bits =
    mode === undefined ? `"$(stat -L -c %a -- ${quote(path)} 2>/dev/null || echo 644)"` : formatMode(mode)
  return `[ ${name} = ./data ] || mv -- ./data ${name} || exit 0
chmod ${bits} ${name} || exit 0
rp_checked=$(pwd -P)/${name.slice(2)}
${subshellOf(validate!, '$rp_checked')}`
}
