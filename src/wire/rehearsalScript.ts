// Builds the shell text that validates the content of a write step without writing it.

import { contentBytes } from '../model/fileChange.ts'
import { quote } from '../model/shell/command.ts'
import type { WriteStep } from '../model/step.ts'
import { bodyWithContent, type ScriptEntry } from './script.ts'
import { subshellOf } from './stepScript.ts'

/** Content that does not fit a script is not validated. */
const limitBytes = 128 * 1024

/**
 * Runs the step's validation command on a temporary file of the same name, in a folder of its own away from the target.
 * undefined: the step has none, or its content cannot be part of a script.
 */
export function validationEntry({ path, content, validate }: WriteStep): ScriptEntry | undefined {
  const bytes = contentBytes(content)
  if (!validate || bytes.length > limitBytes || bytes.includes(0)) return undefined
  const before = `rp_folder=$(mktemp -d) || exit 0
trap 'rm -rf -- "$rp_folder"' EXIT
trap 'exit 130' HUP INT TERM
rp_checked=$rp_folder/${quote(path.slice(path.lastIndexOf('/') + 1))}
printf %s `
  const after = ` >"$rp_checked" || exit 0
${subshellOf(validate, '$rp_checked')}`
  return { kind: 'probe', ...bodyWithContent(before, bytes, after) }
}
