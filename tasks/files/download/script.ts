// The shell script that tries each mirror and puts the first good file in place.

import {
  type Command,
  type FileState,
  formatMode,
  ownerSpec,
  PlaybookError,
  Secret,
  sh,
  shellText,
} from '../../../src/index.ts'
import type { DownloadParams } from './params.ts'
import { isPrivate } from './redaction.ts'

/** No mirror delivered; what each said stands on standard output. */
export const noMirrorCode = 70
export const noToolCode = 71

/** Reads header lines, an empty line, and addresses; tries these in turn, and puts the first good file into place. */
export function fetchScript(wanted: DownloadParams, current: FileState): Command {
  const { dest, checksum } = wanted
  const digest = checksum ? sh`${`${checksum.algorithm}sum`}` : sh`:`
  return sh`dest=${dest}
if [ -L "$dest" ]; then dest=$(readlink -f -- "$dest") || exit 1; fi
part=$(mktemp "\${dest%/*}/.run-playbook-XXXXXXXX") || exit 1
trap 'rm -f -- "$part" "$part.rc"' EXIT
trap 'exit 130' HUP INT TERM
headers=
while IFS= read -r header && [ -n "$header" ]; do headers="$headers$header
"; done
${fetchTool(wanted)}
mirror=0
while IFS= read -r url; do
  mirror=$((mirror + 1))
  if output=$(fetch "$url" 2>&1); then
    sum=$(${digest} <"$part"); sum=\${sum%% *}
    if [ "$sum" = ${checksum ? checksum.hex : ''} ]; then
      ${placementScript(wanted, current)}
      exit 0
    fi
    printf '%s sum %s\\n' "$mirror" "$sum"
  else
    printf '%s error %s\\n' "$mirror" "$(printf %s "$output" | tr '\\n' ' ')"
  fi
done
exit ${noMirrorCode}`
}

/**
 * The shell function `fetch ADDRESS`, which writes the file `$part`, by what the host has. curl reads headers and
 * address from its standard input; GNU wget the address, and the headers from a file that only its user may read.
 * What is left takes arguments alone (and busybox's wget crashes if given a timeout).
 */
function fetchTool(wanted: DownloadParams): Command {
  const seconds = Math.ceil(wanted.timeout)
  const curlOptions = shellText(wanted.insecure ? '-k' : '')
  const wgetOptions = shellText(wanted.insecure ? '--no-check-certificate' : '')
  return sh`if command -v curl >/dev/null; then
  fetch() {
    { printf %s "$headers" | sed ${'s/[\\\\"]/\\\\&/g; s/.*/header = "&"/'}; printf 'url = "%s"\\n' "$1"; } |
      curl -q -gfsSL ${curlOptions} --connect-timeout ${seconds} --speed-limit 1 --speed-time ${seconds} -o "$part" -w 'status=%{http_code} ' -K -
  }
elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
  ( umask 077; printf %s "$headers" | sed 's/^/header = /' >"$part.rc" )
  fetch() {
    printf '%s\\n' "$1" | wget --config="$part.rc" -nv ${wgetOptions} --tries=1 --timeout=${seconds} -O "$part" -i -
  }
elif command -v wget >/dev/null && ${shellText(isPrivate(wanted) ? 'false' : 'true')}; then
  fetch() {
    url=$1; set --
    while IFS= read -r header; do [ -z "$header" ] || set -- "$@" --header "$header"; done <<END
$headers
END
    wget -q ${wgetOptions} "$@" -O "$part" "$url" </dev/null
  }
else exit ${noToolCode}; fi`
}

/** Gives the file its attributes, those of the one it replaces where no others are wanted, and its name. */
function placementScript({ mode, owner, group }: DownloadParams, current: FileState): Command {
  const kept = current.type === 'file' ? current : undefined
  const wanted = ownerSpec({ owner, group })
  const lines = [
    kept
      ? sh`chown ${`${kept.uid}:${kept.gid}`} -- "$part" 2>/dev/null; chcon --reference="$dest" -- "$part" 2>/dev/null`
      : sh`:`,
    wanted === '' ? sh`:` : sh`chown ${wanted} -- "$part" || exit 1`,
    sh`chmod ${formatMode(mode ?? kept?.mode ?? 0o644)} -- "$part" && mv -f -- "$part" "$dest" || exit 1`,
  ]
  return shellText(lines.map(({ script }) => script).join('\n      '))
}

/** A line for each header, for the script's standard input. */
export function headerLines({ headers = {} }: DownloadParams): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${oneLine(name, value instanceof Secret ? value.reveal() : value)}\n`)
    .join('')
}

function oneLine(name: string, value: string): string {
  if (/[\r\n\0]/.test(value))
    throw new PlaybookError('E_HEADER', `The value of header ${name} has a line end.`)
  return value
}
