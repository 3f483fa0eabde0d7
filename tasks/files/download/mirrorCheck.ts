// Rehearses a download: whether the host has a tool for it, and a mirror answers.

import { type Rehearsal, sh, shellText } from '../../../src/index.ts'
import { noToolCode } from './fetchTool.ts'
import { addresses, type DownloadParams } from './params.ts'
import { isPrivate } from './redaction.ts'
import { noMirrorCode } from './script.ts'

/**
 * Asks each mirror until one answers: for the head, or else for the first byte, because some servers answer GET alone.
 * Fails as the download does. Mirrors whose address or headers must not be in an argument list are not checked.
 */
export function mirrorCheck(params: DownloadParams): Rehearsal {
  const seconds = Math.ceil(params.timeout)
  const insecure = (option: string) => shellText(params.insecure ? option : '')
  const urls = params.headers || isPrivate(params) ? [] : addresses(params)
  return {
    command: sh`if command -v curl >/dev/null; then
  get() { curl -q -gfsSL ${insecure('-k')} --connect-timeout ${seconds} --max-time ${seconds} -w 'status=%{http_code} ' "$@" 2>&1; }
  ask() {
    case $1 in [Hh][Tt][Tt][Pp][Ss]:*) to='=https' ;; *) to='=http,https' ;; esac
    get --proto-redir "$to" -I -o /dev/null "$1" >/dev/null && return
    answer=$(get --proto-redir "$to" -r 0-0 --max-filesize 1 -o /dev/null "$1")
    answer="$? $answer"
    printf %s "\${answer#* }"
    case $answer in '63 '*status=[45]*) return 1 ;; '0 '* | '63 '*) return 0 ;; *) return 1 ;; esac
  }
elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
  ask() { wget -nv ${insecure('--no-check-certificate')} --spider --tries=1 --timeout=${seconds} "$1" 2>&1; }
elif command -v wget >/dev/null && ${shellText(isPrivate(params) ? 'false' : 'true')}; then exit 0
else exit ${noToolCode}; fi
set -- ${urls}
[ $# -gt 0 ] || exit 0
mirror=0
for url; do
  mirror=$((mirror + 1))
  if output=$(ask "$url"); then exit 0; fi
  printf '%s error %s\n' "$mirror" "$(printf %s "$output" | tr '\n' ' ')"
done
exit ${noMirrorCode}`,
    reads: [
      'packages',
      '/usr',
      '/bin',
      '/etc/hosts',
      '/etc/resolv.conf',
      '/etc/pki',
      '/etc/ssl',
      'listening',
      'elsewhere',
    ],
  }
}
