// Builds the POSIX sh script of a trip: steps first, then probes.

import { PlaybookError } from '../model/errors/error.ts'
import { isVariableName, quote } from '../model/shell/command.ts'

/** One thing to run in a trip. A step that fails stops the steps and probes after it. */
export type ScriptEntry = {
  /** `lock`: runs in the shell itself, so that an open descriptor remains; steps and probes run in shells of their own. */
  readonly kind: 'probe' | 'step' | 'lock'
  /** sh text; bytes if it contains a file's content. */
  readonly body: string | Buffer
  readonly stdin?: Buffer
  readonly environment?: readonly (readonly [name: string, value: string])[]
  /** Exit codes of a step or lock that do not stop the trip. Default [0]. */
  readonly okCodes?: readonly number[] | 'any'
  /** true: the processes that it leaves running do not use our streams. */
  readonly isDetaching?: boolean
  /** Seconds after which a probe is stopped. Default: a limit for all probes. */
  readonly limitSeconds?: number
  /** The files that a probe reads, if it reads files. */
  readonly paths?: readonly string[]
  /** true: its output is the content of files, so only the size is logged. */
  readonly printsContents?: boolean
  /** What is logged instead of a body that contains a file's content. */
  readonly shown?: string
  /** true: neither its text nor its output is logged (noLog). */
  readonly isHidden?: boolean
}

/**
 * Runs once in each shell, before its first trip: sets the locale and PATH, and defines two functions.
 *
 * `rp_end` closes an entry on both streams. `rp_step` runs the text on descriptor 3 in a session of its own, so that it
 * can be killed with all its children, and prints its process id first. If it leaves children running, it reports that
 * too, because their output could mix with that of later entries. The marker is the first line on descriptor 3: as an
 * argument or in the environment, others could read it, and forge the end of an entry.
 */
export const prologue = `export LC_ALL=C LANG=C
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
export PATH
unset ENV BASH_ENV CDPATH POSIXLY_CORRECT rp_locked rp_greeted rp_unsafe
umask 022
cd /
rp_setsid=$(command -v setsid)
rp_end() { printf '\\n%s %s %s\\n' "$rp_m" "$1" "$2"; printf '\\n%s %s\\n' "$rp_m" "$1" >&2; }
rp_step() {
  { rp_p=$($rp_setsid sh -c 'read -r m <&3; printf "\\n%s p %s\\n" "$m" "$$"; echo $$ >&4; exec 4>&-; unset m; c=$(cat <&3); exec 3<&-; eval "$c"' sh 4>&1 >&5 5>&-); } 5>&1
  rp_r=$?
  [ -n "$1" ] || [ -z "$rp_p" ] || ! kill -0 "-$rp_p" 2>/dev/null || printf '\\n%s l\\n' "$rp_m"
  return $rp_r
}
`

/**
 * The script of a trip. `marker` is a random word that cannot occur in output. The braces make the shell read the whole
 * script before it runs any of it. In its first trip the shell says its process id. Commands get no standard input, because they would consume the next script.
 */
export function tripScript(marker: string, entries: readonly ScriptEntry[]): Buffer {
  const parts: Buffer[] = [
    Buffer.from(
      `{ rp_m=${marker}; rp_stop=; [ -n "$rp_greeted" ] || { rp_greeted=1; printf '\\n%s s %s\\n' "$rp_m" "$$"; }\n`,
    ),
  ]
  entries.forEach((entry, index) => {
    parts.push(Buffer.from('if [ -z "$rp_stop" ]; then\n'))
    parts.push(...partsOf(entry, marker))
    parts.push(Buffer.from(`else rp=skip; fi; rp_end ${index} "$rp"\n`))
  })
  parts.push(Buffer.from('} </dev/null\n'))
  return Buffer.concat(parts)
}

function partsOf(entry: ScriptEntry, marker: string): Buffer[] {
  if (entry.kind === 'probe') return probeParts(entry)
  return entry.kind === 'step' ? stepParts(entry, marker) : lockParts(entry)
}

/** Descriptor 7 holds the host's lock: what an entry leaves running must not keep it. */
function probeParts({ body, stdin, environment = [] }: ScriptEntry): Buffer[] {
  const start = Buffer.from(`( ${exports(environment)}eval `)
  return [...feed(stdin), start, quotedBytes(body), Buffer.from(' ) 7>&-; rp=$?\n')]
}

function lockParts({ body, okCodes = [0] }: ScriptEntry): Buffer[] {
  return [Buffer.from(`${body}\n${stopUnless(okCodes)}`)]
}

function stepParts(entry: ScriptEntry, marker: string): Buffer[] {
  const { body, stdin, environment = [], okCodes = [0], isDetaching } = entry
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
  return [
    ...feed(stdin),
    Buffer.from(
      `( ${exports(environment)}rp_step ${isDetaching ? 1 : ''}) 7>&- 3<<'${marker}'\n${marker} \n`,
    ),
    bytes,
    Buffer.from(`\n${marker}\n${stopUnless(okCodes)}`),
  ]
}

/** `printf` is part of the shell, so that ps shows nothing of it. */
function feed(stdin: Buffer | undefined): Buffer[] {
  return stdin ? [Buffer.from('printf %s '), quotedBytes(stdin), Buffer.from(' | ')] : []
}

function stopUnless(okCodes: readonly number[] | 'any'): string {
  if (okCodes === 'any') return 'rp=$?\n'
  return `rp=$?; case $rp in ${okCodes.join('|')}) ;; *) rp_stop=1;; esac\n`
}

function exports(environment: readonly (readonly [string, string])[]): string {
  const invalid = environment.find(([name]) => !isVariableName(name))
  if (invalid)
    throw new PlaybookError('E_VARIABLE_NAME', `${JSON.stringify(invalid[0])} is not a variable's name.`)
  return environment.map(([name, value]) => `export ${name}=${quote(value)}; `).join('')
}

/** A script with the content of a file as one word, and the text to log, which has only its size. */
export function bodyWithContent(
  before: string,
  content: Buffer,
  after: string,
): Required<Pick<ScriptEntry, 'body' | 'shown'>> {
  return {
    body: Buffer.concat([Buffer.from(before), quotedBytes(content), Buffer.from(after)]),
    shown: `${before}'(file contents, ${content.length} bytes)'${after}`,
  }
}

/**
 * Quotes bytes as one word in single quotes.
 *
 * @throws PlaybookError E_NUL, because shells drop NUL bytes, some of them silently
 */
function quotedBytes(value: string | Buffer): Buffer {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value)
  if (bytes.includes(0)) {
    throw new PlaybookError(
      'E_NUL',
      'A shell cannot pass NUL bytes, neither in its text nor on standard input.',
      {
        hint: 'Send binary data as a file: upload, or copyFile.',
      },
    )
  }
  return Buffer.from(`'${bytes.toString('latin1').replaceAll("'", "'\\''")}'`, 'latin1')
}
