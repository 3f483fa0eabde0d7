// A shell command as data: POSIX sh text with every interpolated value quoted.

import { PlaybookError } from '../errors/error.ts'
import { Secret } from '../secrets/secret.ts'

/** POSIX sh text, ready to run. `sh` makes one, with the values inside it quoted. */
export type Command = { readonly kind: 'command'; readonly script: string }

type ShellValue = string | number | Command | readonly (string | number)[]

/**
 * A POSIX sh command. Interpolated strings and numbers are quoted, lists become words, commands are inserted as is.
 *
 * A `Secret` is refused, because `ps` shows the text of a command. Pass it by the step's `stdin` or `environment`.
 *
 * The shell gets the text as it is written, so that `\n`, `\.` and `\\` mean what they mean in a shell script:
 * `` sh`sed 's/\.b/Z/'` `` runs `sed 's/\.b/Z/'`. Only `` \` `` and `\${`, which JavaScript requires, lose their backslash.
 *
 * @example sh`chown ${owner} -- ${paths}`
 * @example sh`find ${folder} \( -name '*.log' -o -name '*.tmp' \) -printf '%p\n'`
 */
export function sh(strings: TemplateStringsArray, ...values: ShellValue[]): Command {
  const parts = textsOf(strings).map((text, at) => (at < values.length ? text + word(values[at]!) : text))
  return { kind: 'command', script: parts.join('') }
}

/** Each template is the same object in every call. */
const texts = new WeakMap<TemplateStringsArray, readonly string[]>()

function textsOf(strings: TemplateStringsArray): readonly string[] {
  const known =
    texts.get(strings) ?? strings.raw.map((raw) => raw.replace(/\\(`|\$\{)/g, '$1').replace(/\$\\\{/g, '$${'))
  texts.set(strings, known)
  return known
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
