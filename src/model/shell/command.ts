// A shell command as data: POSIX sh text with every interpolated value quoted.

import { PlaybookError } from '../errors/error.ts'
import { callSite } from '../errors/location.ts'
import { Secret } from '../secrets/secret.ts'

/** POSIX sh text, ready to run. `sh` makes one, with the values inside it quoted. */
export type Command = { readonly kind: 'command'; readonly script: string }

type ShellValue = string | number | Command | readonly (string | number)[]

/**
 * A POSIX sh command. Interpolated strings and numbers are quoted, lists become words, commands are inserted as is.
 *
 * A `Secret` is refused, because `ps` shows the text of a command. Pass it by the step's `stdin` or `environment`.
 *
 * JavaScript reads the escapes first, so write two backslashes for one: `` sh`sed 's/\\.b/Z/'` `` runs
 * `sed 's/\.b/Z/'`. `\n` and `\t` become a line end and a tab, `` \` `` and `\$` lose their backslashes.
 *
 * @throws PlaybookError E_SH_ESCAPE for another escape, which would lose its backslash
 * @example sh`chown ${owner} -- ${paths}`
 */
export function sh(strings: TemplateStringsArray, ...values: ShellValue[]): Command {
  requireKeptEscapes(strings)
  const parts = strings.map((text, index) => (index < values.length ? text + word(values[index]!) : text))
  return { kind: 'command', script: parts.join('') }
}

/** Each template is the same object in every call. */
const checked = new WeakSet<TemplateStringsArray>()

function requireKeptEscapes(strings: TemplateStringsArray): void {
  if (checked.has(strings)) return
  for (const raw of strings.raw) {
    const lost = [...raw.matchAll(/\\(.)/gs)].find(([, escaped]) => !'\\nt`$\n'.includes(escaped!))
    if (lost) throw escapeError(lost[0], raw.slice(0, lost.index).split('\n').at(-1)! + lost[0])
  }
  checked.add(strings)
}

function escapeError(lost: string, text: string): PlaybookError {
  return new PlaybookError('E_SH_ESCAPE', `sh: ${lost} loses its backslash before the shell sees it.`, {
    where: callSite(sh)(),
    details: [text],
    hint: `Write \\${lost} for what the shell is to read as ${lost}.`,
  })
}

/** A command from text that is shell code already: a line that a user wrote. */
export function shellText(script: string): Command {
  return { kind: 'command', script }
}

/** Whether a shell takes this as the name of a variable. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}

/** Quotes any text as one word of POSIX sh. Plain words are left as they are, so that scripts read well. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new PlaybookError('E_NUL', 'A shell word cannot contain a NUL byte.')
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function word(value: ShellValue): string {
  if ((value as unknown) instanceof Secret) {
    throw new PlaybookError(
      'E_SECRET_IN_COMMAND',
      'A secret cannot be part of a command, because ps would show it.',
      {
        hint: "Pass it by the step's stdin or environment.",
      },
    )
  }
  if (Array.isArray(value)) return value.map((item) => quote(String(item))).join(' ')
  if (typeof value === 'object') return (value as Command).script
  return quote(String(value))
}
