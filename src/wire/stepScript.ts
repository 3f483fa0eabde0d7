// Builds the shell text that carries out one step.

import type { Command } from '../model/command.ts'
import { quote } from '../model/command.ts'
import { contentBytes } from '../model/files/fileChange.ts'
import { formatMode } from '../model/files/fileState.ts'
import { revealed, type Secret } from '../model/secrets/secret.ts'
import type { RunStep, StartStep, UploadStep, WriteStep } from '../model/step.ts'
import { quotedBytes, type ScriptEntry } from './script.ts'

type Environment = { readonly [name: string]: string | Secret }

export function runEntry(step: RunStep, environment: Environment = {}): ScriptEntry {
  return {
    kind: 'step',
    body: step.command.script,
    environment: pairs({ ...environment, ...step.environment }),
    ...(step.stdin === undefined ? {} : { stdin: contentBytes(step.stdin) }),
    ...(step.okCodes ? { okCodes: step.okCodes } : {}),
  }
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

/** Writes the content to a file beside the target, copies the target's attributes, and renames it. */
export function writeEntry(step: WriteStep): ScriptEntry {
  const content = contentBytes(step.content)
  const body = Buffer.concat([
    Buffer.from(`${resolveTarget(step.path)}
n=$(mktemp "$d/.run-playbook-XXXXXXXX") || exit 1
${copyAttributes(step)}
`),
    Buffer.from('printf %s '),
    quotedBytes(content),
    Buffer.from(` >"$n" && [ "$(wc -c <"$n")" -eq ${content.length} ] || { ${reportFreeSpace}; fail 1; }
${moveIntoPlace(step)}`),
  ])
  return { kind: 'step', body }
}

/** A shell's own message about a failed write ("printf: I/O error") does not say why. */
const reportFreeSpace = `df -Pk -- "$d" | { read -r head; read -r device total used free rest; echo "The file system of $d has $free kB left." >&2; }`

/** Moves an uploaded file from `temporaryPath` on the host to its target. */
export function placeEntry(step: UploadStep, temporaryPath: string, sha256: string): ScriptEntry {
  const body = `u=${quote(temporaryPath)}
${resolveTarget(step.path)}
fail() { rm -f -- "$u" "$n"; exit "$1"; }
case $(sha256sum -- "$u") in "${sha256} "*|"\\\\${sha256} "*) ;; *) echo "The upload of ${quote(step.path)} arrived damaged." >&2; fail 1;; esac
n=$(mktemp "$d/.run-playbook-XXXXXXXX") || fail 1
${copyAttributes(step)}
if [ -e "$t" ] || [ "\${u%/*}" != "$d" ]; then cat -- "$u" >"$n" || fail 1; rm -f -- "$u"; else chmod ${formatMode(step.mode ?? 0o644)} -- "$u" && mv -f -- "$u" "$n" || fail 1; fi
${moveIntoPlace(step)}`
  return { kind: 'step', body }
}

type FilePlacement = Pick<WriteStep, 'path' | 'mode' | 'owner' | 'group' | 'keep' | 'validate'>

/** Sets `t` to the target, with links resolved, and `d` to its folder. */
function resolveTarget(path: string): string {
  return `fail() { rm -f -- "$n"; exit "$1"; }
trap 'fail 143' HUP INT TERM
t=${quote(path)}
if [ -L "$t" ]; then t=$(readlink -f -- "$t") || exit 1; fi
d=\${t%/*}; [ -n "$d" ] || d=/
[ -d "$d" ] || { echo "The folder $d does not exist." >&2; exit 1; }`
}

/** Copies all attributes of the file to replace to the new one: owner, mode, SELinux context, ACL. */
function copyAttributes({ mode }: FilePlacement): string {
  const first =
    mode === undefined
      ? 'if [ -e "$t" ]; then :; else chmod 644 -- "$n" || fail 1; fi'
      : 'chmod 600 -- "$n" || fail 1'
  return `w=; [ -e "$t" ] || w=1
if [ -z "$w" ]; then cp -a -- "$t" "$n" || fail 1; fi
${first}`
}

function moveIntoPlace({ owner, group, mode, keep, validate }: FilePlacement): string {
  const spec = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`
  const lines = [
    spec ? `chown ${quote(spec)} -- "$n" || fail 1` : '',
    mode === undefined ? '' : `chmod ${formatMode(mode)} -- "$n" || fail 1`,
    validate
      ? `${subshellOf(validate, '$n')} || { r=$?; echo "The validation command rejected the new content; the file was not changed." >&2; fail "$r"; }`
      : '',
    keep ? keepOriginal(keep) : '',
    syncToDisk,
    'mv -f -- "$n" "$t" || fail 1',
    'if [ -n "$w" ] && [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null; then restorecon -- "$t"; fi; :',
  ]
  return lines.filter((line) => line !== '').join('\n')
}

/** Without this, the file could be empty after a power loss: the rename may reach the disk before the content. */
const syncToDisk = 'sync -- "$n" 2>/dev/null || :'

function keepOriginal(keep: string): string {
  const path = quote(keep)
  return `if [ -e "$t" ] && ! [ -e ${path} ]; then cp -a -- "$t" ${path}.$$ && mv -n -- ${path}.$$ ${path} || { rm -f -- ${path}.$$; fail 1; }; fi`
}

/** The validation command, with a shell variable for the path, which only the host knows. */
function subshellOf(validate: (temporaryPath: string) => Command, variable: string): string {
  const placeholder = 'RUN_PLAYBOOK_TEMPORARY_PATH'
  return `( ${validate(placeholder).script.replaceAll(placeholder, `"${variable}"`)}\n)`
}

function subshell(command: Command): string {
  return `( ${command.script}\n)`
}

function pairs(environment: Environment): [string, string][] {
  return Object.entries(environment).map(([name, value]) => [name, revealed(value)])
}
