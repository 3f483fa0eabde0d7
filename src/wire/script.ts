// Builds the POSIX sh script of a trip: steps first, then probes.

import { quote } from '../model/command.ts'
import { PlaybookError } from '../model/errors/error.ts'

/** One thing to run in a trip. A step that fails stops the steps and probes after it. */
export type ScriptEntry = {
  readonly kind: 'probe' | 'step'
  /** sh text; bytes where it carries a file's content. */
  readonly body: string | Buffer
  readonly stdin?: Buffer
  readonly environment?: readonly (readonly [name: string, value: string])[]
  /** Exit codes of a step that do not stop the trip; [0] if not given. */
  readonly okCodes?: readonly number[]
  /** true: what it leaves running has let go of our streams. */
  readonly isDetaching?: boolean
  /** true: what it says is what files hold, of which the size alone is told. */
  readonly printsContents?: boolean
  /** true: neither its text nor what it says is told (noLog). */
  readonly isHidden?: boolean
}

/**
 * What a shell is told once, before its first trip: a fixed locale, the system's folders in PATH, and three functions.
 *
 * `rp_end` closes an entry on both streams. `rp_step` runs the text on its descriptor 3 in a session of its own, so
 * that it can be killed with all its children, and tells its process id first. Where it leaves children running, it
 * tells that too: what they say from now on would stand among the answers of others.
 */
export const prologue = `export LC_ALL=C LANG=C
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
export PATH
unset ENV BASH_ENV CDPATH
umask 022
cd /
rp_setsid=$(command -v setsid)
rp_end() { printf '\\n%s %s %s\\n' "$rp_m" "$1" "$2"; printf '\\n%s %s\\n' "$rp_m" "$1" >&2; }
rp_step() {
  { rp_p=$($rp_setsid sh -c 'printf "\\n%s p %s\\n" "$1" "$$"; echo $$ >&4; exec 4>&-; shift; c=$(cat <&3); exec 3<&-; eval "$c"' sh "$rp_m" 4>&1 >&5 5>&-); } 5>&1
  rp_r=$?
  [ -n "$1" ] || [ -z "$rp_p" ] || ! kill -0 "-$rp_p" 2>/dev/null || printf '\\n%s l\\n' "$rp_m"
  return $rp_r
}
`

/**
 * The script of a trip. `marker` is a random word that no output holds; the braces make the shell read the whole
 * before it runs any of it, and standard input is closed to the commands, or they would eat the next script.
 */
export function tripScript(marker: string, entries: readonly ScriptEntry[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`{ rp_m=${marker}; rp_stop=\n`)]
  entries.forEach((entry, index) => {
    parts.push(Buffer.from('if [ -z "$rp_stop" ]; then\n'))
    parts.push(...(entry.kind === 'step' ? stepParts(entry, marker) : probeParts(entry)))
    parts.push(Buffer.from(`else rp=skip; fi; rp_end ${index} "$rp"\n`))
  })
  parts.push(Buffer.from('} </dev/null\n'))
  return Buffer.concat(parts)
}

function probeParts({ body, environment = [] }: ScriptEntry): Buffer[] {
  return [Buffer.from(`( ${exports(environment)}eval `), quotedBytes(body), Buffer.from(' ); rp=$?\n')]
}

function stepParts(entry: ScriptEntry, marker: string): Buffer[] {
  const { body, stdin, environment = [], okCodes = [0], isDetaching } = entry
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
  const feed = stdin ? [Buffer.from('printf %s '), quotedBytes(stdin), Buffer.from(' | ')] : []
  return [
    ...feed,
    Buffer.from(`( ${exports(environment)}rp_step ${isDetaching ? 1 : ''}) 3<<'${marker}'\n`),
    bytes,
    Buffer.from(`\n${marker}\nrp=$?; case $rp in ${okCodes.join('|')}) ;; *) rp_stop=1;; esac\n`),
  ]
}

function exports(environment: readonly (readonly [string, string])[]): string {
  return environment.map(([name, value]) => `export ${name}=${quote(value)}; `).join('')
}

/**
 * Bytes as one word in single quotes.
 *
 * @throws PlaybookError E_NUL: shells drop NUL bytes from what they read, some without a word
 */
export function quotedBytes(value: string | Buffer): Buffer {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value)
  if (bytes.includes(0)) {
    throw new PlaybookError(
      'E_NUL',
      'A NUL byte cannot go through a shell, on standard input or in its text.',
      {
        hint: 'Bring bytes to the host as a file: upload, or copyFile.',
      },
    )
  }
  return Buffer.from(`'${bytes.toString('latin1').replaceAll("'", "'\\''")}'`, 'latin1')
}
