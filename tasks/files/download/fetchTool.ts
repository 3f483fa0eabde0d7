// The shell functions that fetch an address, by what the host has, and follow redirects.

import { type Command, sh, shellText } from '../../../src/index.ts'
import type { DownloadParams } from './params.ts'
import { isPrivate } from './redaction.ts'

/** The exit code of a host without a program to fetch by. */
export const noToolCode = 71

const longestRedirection = 20

/** The shell function `fetch ADDRESS`, which writes the file `$part`. It sends the headers `$headers`. */
export function fetchTool(desired: DownloadParams): Command {
  return shellText(`${requestTool(desired).script}\n${followRedirects}`)
}

/**
 * The shell function `request`, which sends the headers `$sent` to the address `$at`, and sets `$redirect` if that
 * redirects. curl reads headers and address from its standard input; GNU wget the address, and the headers from a file
 * that only its user may read. What is left takes arguments alone, and follows redirects itself (and busybox's wget
 * crashes if given a timeout).
 */
function requestTool(desired: DownloadParams): Command {
  const seconds = Math.ceil(desired.timeout)
  const curlOptions = shellText(desired.insecure ? '-k' : '')
  const wgetOptions = shellText(desired.insecure ? '--no-check-certificate' : '')
  return sh`if command -v curl >/dev/null; then
  request() {
    answer=$({ printf %s "$sent" | sed ${'s/[\\\\"]/\\\\&/g; s/.*/header = "&"/'}; printf 'url = "%s"\n' "$at"; } |
      curl -q -gfsS ${curlOptions} --connect-timeout ${seconds} --speed-limit 1 --speed-time ${seconds} -D "$part.head" -o "$part" -w 'redirect=%{redirect_url} status=%{http_code} ' -K - 2>&1)
    code=$?
    redirect=\${answer#redirect=}; redirect=\${redirect%% *}
    [ "$code" -eq 0 ] || { printf %s "\${answer#redirect=* }"; return 1; }
  }
elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
  request() {
    ( umask 077; printf %s "$sent" | sed 's/^/header = /' >"$part.rc" )
    if answer=$(printf '%s\n' "$at" | wget --config="$part.rc" -nv -S --max-redirect=0 ${wgetOptions} --tries=1 --timeout=${seconds} -O "$part" -i - 2>&1); then return 0; fi
    case $answer in *" HTTP/"[0-9.]*" 30"[12378]*) redirect=$(printf '%s\n' "$answer" | sed -n 's/^ *[Ll]ocation: *\([^[:space:]]*\).*/\1/p' | head -n 1) ;; esac
    [ -n "$redirect" ] || { printf '%s\n' "$answer" | sed '/^  /{/HTTP/!d;}'; return 1; }
  }
elif command -v wget >/dev/null && ${shellText(isPrivate(desired) ? 'false' : 'true')}; then
  request() {
    set --
    while IFS= read -r header; do [ -z "$header" ] || set -- "$@" --header "$header"; done <<END
$sent
END
    wget -q ${wgetOptions} "$@" -O "$part" "$at" </dev/null
  }
else exit ${noToolCode}; fi`
}

/**
 * Headers and credentials are for the host of the address, so they are not sent to another one; nor is anything fetched
 * in the clear that was to be fetched by https.
 */
const followRedirects = `fetch() {
  at=$1; sent=$headers; count=0
  while :; do
    : >"$part"
    redirect=
    request || return 1
    [ -n "$redirect" ] || return 0
    count=$((count + 1))
    [ "$count" -le ${longestRedirection} ] || { echo "more than ${longestRedirection} redirects"; return 1; }
    scheme=$(printf %s "\${at%%:*}" | tr A-Z a-z)
    rest=\${at#*://}; authority=\${rest%%[/?#]*}; rest=\${rest#"$authority"}; rest=\${rest%%[?#]*}
    case \${redirect%%[/?#]*} in
      [A-Za-z]*:) ;;
      *) case $redirect in
        //*) redirect=$scheme:$redirect ;;
        /*) redirect=$scheme://$authority$redirect ;;
        *) redirect=$scheme://$authority\${rest%/*}/$redirect ;;
      esac ;;
    esac
    target=\${redirect#*://}; next=\${target%%[/?#]*}
    case $(printf %s "$scheme \${redirect%%:*}" | tr A-Z a-z) in
      'https http') echo "redirects from https to http://\${next##*@}, which is not encrypted"; return 1 ;;
      *' http' | *' https') ;;
      *) echo "redirects to an address of another kind"; return 1 ;;
    esac
    case $redirect in *[[:space:]\\"\\\\\\<\\>]*) echo "redirects to what is not an address"; return 1 ;; esac
    if [ "\${next##*@}" != "\${authority##*@}" ]; then sent=
    elif [ "$next" = "\${next##*@}" ] && [ "$authority" != "$next" ]; then
      redirect=\${redirect%%://*}://\${authority%@*}@$target
    fi
    at=$redirect
  done
}`
