// Defines how sudo, su and doas are called and how they prompt for a password.

import type { BecomeMethod } from '../../model/become.ts'
import type { BecomeSettings } from '../../model/host.ts'
import { quote } from '../../model/shell/command.ts'

type BecomeCall = {
  readonly become: BecomeSettings
  /** The command to run as the user. */
  readonly inner: readonly string[]
  /** A random word that marks the password prompt, or the start of the program. */
  readonly marker: string
}

type BecomeProgram = {
  /** For any login shell: only words and single quotes, which all shells understand. */
  readonly commandLine: (call: BecomeCall) => string
  /** Whether `text`, after its first `from` characters, ends in a password prompt. */
  readonly isPrompting: (text: string, marker: string, from: number) => boolean
  /** Whose password it expects, for hints; `output` may tell. */
  readonly passwordOwner: (user: string, output: string) => string
}

export const becomePrograms: { readonly [method in BecomeMethod]: BecomeProgram } = {
  sudo: {
    commandLine: ({ become, inner, marker }) => {
      const call = [
        ...invocation(become, ['-H'], 'AbEHnPSkKi'),
        '-S',
        '-p',
        `${marker}[%p]`,
        '-u',
        become.user,
      ]
      const words = quoteWords([...call, '--', ...inner])
      return become.inTerminal ? `exec ${quoteWords(['sh', '-c', inTerminal(words)])}` : `exec ${words}`
    },
    isPrompting: (text, marker, from) => /^\[[^\]]*\]/.test(text.slice(from).split(marker)[1] ?? ''),
    // %p is the user whose password is requested: with targetpw, rootpw or runaspw not the login user.
    passwordOwner: (_, output) => {
      const [, owner] = /mark[0-9a-f]{24}\[([^\]%]+)\]/.exec(output) ?? []
      return owner === undefined ? "the login user's own password" : `the password of ${owner}`
    },
  },
  su: {
    // Its prompt cannot be set, so it is recognized by its words, once su runs. It reads standard input.
    commandLine: ({ become, inner, marker }) => {
      const call = [...invocation(become, []), become.user, '-c', quoteWords(inner)]
      return `exec ${quoteWords(['sh', '-c', `${printMarker(marker)}; exec "$@"`, 'sh', ...call])}`
    },
    isPrompting: endsWithPasswordPrompt,
    passwordOwner: (user) => `the password of ${user}`,
  },
  doas: {
    commandLine: ({ become, inner, marker }) => {
      const call = [...invocation(become, [], 'Lns'), '-u', become.user, '--']
      return `exec ${quoteWords(['sh', '-c', doasScript(call, inner, marker)])}`
    },
    isPrompting: endsWithPasswordPrompt,
    passwordOwner: () => "the login user's own password",
  },
}

/**
 * doas reads a password only from its terminal. If a rule needs no password, it needs no terminal either; otherwise
 * util-linux's `script` provides one for the prompt and one line of answer: what doas runs has our own three streams.
 * The shell reads that line, and nothing beyond it.
 */
function doasScript(
  [env, locale, program, ...rest]: readonly string[],
  inner: readonly string[],
  marker: string,
) {
  const withoutPassword = quoteWords([env!, locale!, program!, '-n', ...rest])
  const withPassword = `exec ${quoteWords([env!, locale!, program!, ...rest, ...inner])} <&3 >&4 2>&5`
  return [
    `output=$(${withoutPassword} sh -c : 2>&1 </dev/null) && exec ${withoutPassword} ${quoteWords(inner)}`,
    'code=$?',
    `case $output in *[Rr]equired*) ;; *) printf "%s\\n" "$output" >&2; exit $code;; esac`,
    requireScript,
    printMarker(marker),
    'exec 3<&0 4>&1 5>&2',
    `{ IFS= read -r line <&3; printf "%s\\n" "$line"; } | SHELL=/bin/sh script -qec ${quote(withPassword)} /dev/null >&5`,
  ].join('\n')
}

/** Printed if there is no `script`. */
export const noTerminalMessage = 'no terminal: script of util-linux is missing'

const requireScript = `script -qec : /dev/null </dev/null >/dev/null 2>&1 || { echo "${noTerminalMessage}" >&2; exit 1; }`

/**
 * Runs words with a terminal of their own to open, as requiretty of sudoers demands, made by util-linux's `script`. They
 * keep our three streams: nothing of them goes through the terminal.
 */
function inTerminal(words: string): string {
  const command = quote(`exec ${words} <&3 >&4 2>&5 3<&- 4>&- 5>&-`)
  return [
    requireScript,
    'exec 3<&0 4>&1 5>&2',
    `SHELL=/bin/sh exec script -qec ${command} /dev/null </dev/null >/dev/null`,
  ].join('\n')
}

/** Shell text that prints a word on both streams; in two halves, so that an echo of this line (set -x) does not match. */
export function printMarker(word: string): string {
  const halves = `${word.slice(0, 9)} ${word.slice(9)}`
  return `printf %s%s ${halves} >&2; printf %s%s ${halves}`
}

/** The program with its flags, except `-n` and `-S`, which are set here, in the locale whose messages we parse. */
function invocation(
  { method, program = method, flags }: BecomeSettings,
  defaultFlags: string[],
  bundledFlags = '',
): string[] {
  const isBundle = new RegExp(`^-[${bundledFlags}]+$`)
  const remaining = (flags ?? defaultFlags)
    .map((word) => (bundledFlags !== '' && isBundle.test(word) ? word.replace(/[nS]/g, '') : word))
    .filter((word) => word !== '-' || method === 'su')
  return ['env', 'LC_ALL=C', program, ...remaining]
}

/** Whether the text ends in a password prompt, printed after the marker. */
function endsWithPasswordPrompt(text: string, marker: string, from: number): boolean {
  const start = text.indexOf(marker)
  if (start < 0) return false
  return /(?:password|passphrase|passcode)[^\n]*: ?$/i.test(text.slice(Math.max(start + marker.length, from)))
}

export function quoteWords(list: readonly string[]): string {
  return list.map(quote).join(' ')
}
