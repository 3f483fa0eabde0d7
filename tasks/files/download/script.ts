// The shell script that tries each mirror and puts the first good file in place.

import {
  type Command,
  type FileState,
  formatMode,
  modeFor,
  ownerSpec,
  PlaybookError,
  revealed,
  sh,
  shellText,
} from '../../../src/index.ts'
import { fetchTool } from './fetchTool.ts'
import type { DownloadParams } from './params.ts'

/** No mirror delivered; the output has the reason of each. */
export const noMirrorCode = 70

/**
 * Prints each second how large the file is, and its final size where curl knows it, until it is killed: a shell that
 * has just been started loses any other signal. What it leaves behind sleeps for a second, in a session of its own.
 */
const watch = `setsid=$(command -v setsid)
watch() {
  while :; do
    $setsid sleep 1 </dev/null >/dev/null 3>&-
    total=$(sed -n 's/^[Cc]ontent-[Ll]ength: *\\([0-9]*\\).*/\\1/p' "$part.head" | tail -n 1)
    printf 'rp_bytes %s %s\\n' "$(stat -c %s "$part")" "$total" >&3
  done
}`

/** Reads header lines, an empty line, and addresses; tries these in turn, and puts the first good file into place. */
export function fetchScript(desired: DownloadParams, current: FileState): Command {
  const { dest, checksum } = desired
  const digest = checksum ? sh`${`${checksum.algorithm}sum`}` : sh`:`
  return sh`rp_target ${dest} follow
rp_stage
rp_like 600
part=./$rp_base
headers=
while IFS= read -r header && [ -n "$header" ]; do headers="$headers$header
"; done
${fetchTool(desired)}
${shellText(watch)}
mirror=0
while IFS= read -r url; do
  mirror=$((mirror + 1))
  watch 3>&2 2>/dev/null & watcher=$!
  output=$(fetch "$url" 2>&1); code=$?
  { kill -KILL "$watcher"; wait "$watcher"; } 2>/dev/null
  if [ "$code" -eq 0 ]; then
    sum=$(${digest} <"$part"); sum=\${sum%% *}
    if [ "$sum" = ${checksum ? checksum.hex : ''} ]; then
      ${placementScript(desired, current)}
      exit 0
    fi
    printf '%s sum %s\n' "$mirror" "$sum"
  else
    printf '%s error %s\n' "$mirror" "$(printf %s "$output" | tr '\n' ' ')"
  fi
done
exit ${noMirrorCode}`
}

/** Gives the file the requested attributes, or else those of the file it replaces, and its name. */
function placementScript({ dest, mode, owner, group }: DownloadParams, current: FileState): Command {
  const kept = current.type === 'file' ? current : undefined
  const desired = ownerSpec({ owner, group })
  const lines = [
    sh`[ -z "$rp_new" ] || rp_label ${dest} "$part"`,
    desired === '' ? sh`:` : sh`chown ${desired} -- "$part" || exit 1`,
    sh`chmod ${formatMode(modeFor(current, mode) ?? kept?.mode ?? 0o644)} -- "$part" && rp_place || exit 1`,
  ]
  return shellText(lines.map(({ script }) => script).join('\n      '))
}

/** A line for each header, for the script's standard input. */
export function headerLines({ headers = {} }: DownloadParams): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${oneLine(name, revealed(value))}\n`)
    .join('')
}

function oneLine(name: string, value: string): string {
  if (/[\r\n\0]/.test(value))
    throw new PlaybookError('E_HEADER', `The value of header ${name} has a line end.`)
  return value
}
