// A shell command as data: POSIX sh text in which every interpolated value is quoted.

import { PlaybookError } from './errors/error.ts'
import { Secret } from './secrets/secret.ts'

/** POSIX sh text, ready to run. Made by `sh`, so that values inside it are quoted. */
export type Command = { readonly kind: 'command'; readonly script: string }

export type ShellValue = string | number | Command | readonly (string | number)[]

/**
 * A POSIX sh command. Interpolated strings and numbers are quoted, lists become words, commands go in as they are.
 *
 * A `Secret` is refused: what stands in a command can be seen by `ps`. Give it by the step's `stdin` or `environment`.
 *
 * @example sh`chown ${owner} -- ${paths}`
 */
export function sh(strings: TemplateStringsArray, ...values: ShellValue[]): Command {
  const parts = strings.map((text, index) => (index < values.length ? text + word(values[index]!) : text))
  return { kind: 'command', script: parts.join('') }
}

/** Text that is a command already: a person's own shell line. */
export function shellText(script: string): Command {
  return { kind: 'command', script }
}

/** One word of POSIX sh, whatever it holds. Plain words stay as they are, so that scripts read well. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new PlaybookError('E_NUL', 'A shell word cannot hold a NUL byte.')
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function word(value: ShellValue): string {
  if ((value as unknown) instanceof Secret) {
    throw new PlaybookError(
      'E_SECRET_IN_COMMAND',
      'A secret cannot stand in a command, where ps would show it.',
      {
        hint: "Give it by the step's stdin or environment.",
      },
    )
  }
  if (Array.isArray(value)) return value.map((item) => quote(String(item))).join(' ')
  if (typeof value === 'object') return (value as Command).script
  return quote(String(value))
}
