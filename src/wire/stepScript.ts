// Builds the shell text that carries out one step.

import { contentBytes } from '../model/fileChange.ts'
import { formatMode, ownerSpec } from '../model/fileState.ts'
import { revealed, type Secret } from '../model/secrets/secret.ts'
import type { Command } from '../model/shell/command.ts'
import { quote } from '../model/shell/command.ts'
import { safePaths } from '../model/shell/safePaths.ts'
import type { RunStep, StartStep, UploadStep, WriteStep } from '../model/step.ts'
import { bodyWithContent, type ScriptEntry } from './script.ts'

type Environment = { readonly [name: string]: string | Secret }

export function runEntry(step: RunStep, environment: Environment = {}): ScriptEntry {
  return {
    kind: 'step',
    body: withSafePaths(step.command.script),
    environment: pairs({ ...environment, ...step.environment }),
    ...(step.stdin === undefined ? {} : { stdin: contentBytes(step.stdin) }),
    ...(step.failed ? { okCodes: 'any' } : step.okCodes ? { okCodes: step.okCodes } : {}),
  }
}

/** A command may call the functions of `safePaths`. */
function withSafePaths(script: string): string {
  return /\brp_(?:enter|target|attributes|mkdir|link|remove)\b/.test(script)
    ? `${safePaths}${script}`
    : script
}

/** Runs in the background with its streams redirected; otherwise the trip would wait for it to end. */
export function startEntry(step: StartStep, environment: Environment = {}): ScriptEntry {
  return {
    kind: 'step',
    body: `( cd / && ${subshell(step.command)} ) </dev/null >/dev/null 2>&1 &`,
    isDetaching: true,
    environment: pairs({ ...environment, ...step.environment }),
  }
}

/**
 * Writes the content to a file of the same name in a work folder beside the target, gives it the target's attributes,
 * and renames it.
 */
export function writeEntry(step: WriteStep): ScriptEntry {
  const content = contentBytes(step.content)
  const before = `${enterTarget(step)}
rp_stage
rp_like ${step.mode === undefined ? '' : 600}
printf %s `
  const after = ` >"./$rp_base" && [ "$(stat -c %s -- "./$rp_base")" -eq ${content.length} ] || { ${reportFreeSpace}; exit 1; }
${moveIntoPlace(step)}`
  return { kind: 'step', ...bodyWithContent(before, content, after) }
}

/** A shell's own message about a failed write ("printf: I/O error") does not say why. */
const reportFreeSpace = `df -Pk . | { read -r head; read -r device total used free rest; echo "The file system of $(pwd -P) has $free kB left." >&2; }`

/** Where an upload arrives: the file `data` in a work folder beside the target that only the uploading user can enter. */
export type UploadPlace = { readonly folder: string; readonly name: string }

/** Puts an uploaded file into its place, in a work folder beside the target if that is in another folder. */
export function placeEntry(
  step: UploadStep,
  { folder, name }: UploadPlace,
  sha256: string,
  mismatch = `The upload of ${step.path} arrived damaged.`,
): ScriptEntry {
  const target = targetWords(step)
  const body = `${safePaths}rp_enter ${quote(folder)}
rp_uploaded=$rp_inode
rp_restage ${quote(name)}
rp_sum=$(sha256sum <./data) || exit 1
case $rp_sum in "${sha256} "*) ;; *) printf '%s\\n' ${quote(mismatch)} >&2; exit 1 ;; esac
exec 8<./data
rm -f -- ./data
( rp_target ${target} ) || { rp_code=$?; exit "$rp_code"; }
rp_inside=
rp_target ${target}
if [ "$rp_inode" = "$rp_uploaded" ]; then rp_restage ${quote(name)}
else
  rp_found=$rp_base
  ( rp_enter ${quote(folder)}; rp_restage ${quote(name)} )
  rp_base=$rp_found
  rp_stage
fi
rp_like ${step.mode === undefined ? '' : 600}
cat <&8 >"./$rp_base" || { ${reportFreeSpace}; exit 1; }
exec 8<&-
${moveIntoPlace(step)}`
  return { kind: 'step', body }
}

/** Copies a file that is on the host, if it has this SHA-256. */
export function copyEntry(
  step: UploadStep,
  source: { readonly path: string; readonly sha256: string },
): ScriptEntry {
  const body = `${safePaths}rp_source ${quote(source.path)}
rp_target ${targetWords(step)}
rp_stage
rp_like ${step.mode === undefined ? '' : 600}
cat <&8 >"./$rp_base" || { ${reportFreeSpace}; exit 1; }
exec 8<&-
case $(sha256sum <"./$rp_base") in "${source.sha256} "*) ;; *) printf '%s\\n' ${quote(`${source.path} was changed while it was copied.`)} >&2; exit 1 ;; esac
${moveIntoPlace(step)}`
  return { kind: 'step', body }
}

type FilePlacement = Pick<
  WriteStep,
  'path' | 'mode' | 'owner' | 'group' | 'keep' | 'backup' | 'validate' | 'follow' | 'replaces'
>

function enterTarget(step: FilePlacement): string {
  return `${safePaths}rp_target ${targetWords(step)}`
}

function targetWords({ path, follow = true }: FilePlacement): string {
  return `${quote(path)}${follow ? ' follow' : ''}`
}

function moveIntoPlace(step: FilePlacement): string {
  const { path, owner, group, mode, keep, backup, validate, replaces } = step
  const spec = ownerSpec({ owner, group })
  const lines = [
    spec ? `chown ${quote(spec)} -- "./$rp_base" || exit 1` : '',
    mode === undefined ? '' : `chmod ${formatMode(mode)} -- "./$rp_base" || exit 1`,
    validate
      ? `rp_checked=$(pwd -P)/$rp_base
if [ -n "$rp_untrusted" ]; then exec 9<.; rp_checked=/proc/$$/fd/9/$rp_base; fi
${subshellOf(validate, '$rp_checked')} || { r=$?; echo "The validation command rejected the new content; the file was not changed." >&2; exit "$r"; }`
      : '',
    keep ? `rp_keep ${quote(keep)}` : '',
    backup ? `rp_keep "$(cd -P .. && pwd -P)/$rp_base.$$.$(date +%Y-%m-%d@%H:%M:%S)~"` : '',
    syncToDisk,
    `[ -z "$rp_new" ] || rp_label ${quote(path)} "./$rp_base"`,
    // What another program wrote since the probe would be lost.
    replaces === undefined ? '' : `rp_unchanged ${quote(replaces)} || exit ${changedMeanwhileCode}`,
    'rp_place || exit 1',
  ]
  return lines.filter((line) => line !== '').join('\n')
}

/** The exit code of a write whose file is no longer the one that the plan is based on. */
export const changedMeanwhileCode = 78

/** Without this, the file could be empty after a power loss: the rename may reach the disk before the content. */
const syncToDisk = 'sync -- "./$rp_base" 2>/dev/null || :'

/** The validation command, with a shell variable for the path, which only the host knows. */
export function subshellOf(validate: (temporaryPath: string) => Command, variable: string): string {
  const placeholder = 'RUN_PLAYBOOK_TEMPORARY_PATH'
  return `( ${validate(placeholder).script.replaceAll(placeholder, `"${variable}"`)}\n)`
}

function subshell(command: Command): string {
  return `( ${command.script}\n)`
}

function pairs(environment: Environment): [string, string][] {
  return Object.entries(environment).map(([name, value]) => [name, revealed(value)])
}
