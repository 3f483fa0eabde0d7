// The programs that make one user of another: how each is called, and how it asks for a password.

import type { BecomeMethod } from '../../model/become.ts'
import { quote } from '../../model/command.ts'
import type { BecomeSettings } from '../../model/host.ts'

export type BecomeCall = {
  readonly become: BecomeSettings
  /** The words of what is to run as the user. */
  readonly inner: readonly string[]
  /** A random word, said where the program asks, or begins. */
  readonly marker: string
}

export type BecomeProgram = {
  /** The command line, for whatever shell the account has: only words and single quotes, which all of them know. */
  readonly commandLine: (call: BecomeCall) => string
  /** Whether a stream that said `text` asks for a password, behind the first `from` characters. */
  readonly isPrompting: (text: string, marker: string, from: number) => boolean
  /** Whose password it wants, for hints. */
  readonly passwordOwner: (user: string) => string
}

export const becomePrograms: { readonly [method in BecomeMethod]: BecomeProgram } = {
  sudo: {
    commandLine: ({ become, inner, marker }) => {
      const call = [...invocation(become, ['-H'], 'AbEHnPSkKi'), '-S', '-p', marker, '-u', become.user]
      return `exec ${quoteWords([...call, '--', ...inner])}`
    },
    isPrompting: (text, marker, from) => text.indexOf(marker, from) >= 0,
    passwordOwner: () => "the login user's own password",
  },
  su: {
    // Its words for the password are its own, and are looked for only once it runs. It reads standard input.
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
 * doas reads a password from its terminal and from nowhere else. Where a rule wants none it needs no terminal; else
 * util-linux's `script` gives it one, which carries the question and one line of answer, and nothing of what follows:
 * what doas runs has the three streams that we have. The line is read by the shell, to its end and no further.
 */
function doasScript(
  [env, locale, program, ...rest]: readonly string[],
  inner: readonly string[],
  marker: string,
) {
  const withoutPassword = quoteWords([env!, locale!, program!, '-n', ...rest])
  const withPassword = `exec ${quoteWords([env!, locale!, program!, ...rest, ...inner])} <&3 >&4 2>&5`
  return [
    `said=$(${withoutPassword} sh -c : 2>&1 </dev/null) && exec ${withoutPassword} ${quoteWords(inner)}`,
    'code=$?',
    `case $said in *[Rr]equired*) ;; *) printf "%s\\n" "$said" >&2; exit $code;; esac`,
    `script -qec : /dev/null </dev/null >/dev/null 2>&1 || { echo "${noTerminalMessage}" >&2; exit 1; }`,
    printMarker(marker),
    'exec 3<&0 4>&1 5>&2',
    `{ IFS= read -r line <&3; printf "%s\\n" "$line"; } | SHELL=/bin/sh script -qec ${quote(withPassword)} /dev/null >&5`,
  ].join('\n')
}

/** What is said where there is no `script`. */
export const noTerminalMessage = 'no terminal for doas: script of util-linux is missing'

/** In two halves, so that an echo of the line (set -x in an rc file) is not taken for the word. */
export function printMarker(word: string): string {
  const halves = `${word.slice(0, 9)} ${word.slice(9)}`
  return `printf %s%s ${halves} >&2; printf %s%s ${halves}`
}

/** The program with its flags, without those for which there is a rule here (`-n`, `-S`), in a locale whose words we know. */
function invocation(
  { method, program = method, flags }: BecomeSettings,
  defaultFlags: string[],
  bundledFlags = '',
): string[] {
  const isBundle = new RegExp(`^-[${bundledFlags}]+$`)
  const kept = (flags ?? defaultFlags)
    .map((word) => (bundledFlags !== '' && isBundle.test(word) ? word.replace(/[nS]/g, '') : word))
    .filter((word) => word !== '-' || method === 'su')
  return ['env', 'LC_ALL=C', program, ...kept]
}

/** Whether the last that a stream said, since the mark, is a question for a password. */
function endsWithPasswordPrompt(text: string, marker: string, from: number): boolean {
  const begin = text.indexOf(marker)
  if (begin < 0) return false
  return /(?:password|passphrase|passcode)[^\n]*: ?$/i.test(text.slice(Math.max(begin + marker.length, from)))
}

export function quoteWords(list: readonly string[]): string {
  return list.map(quote).join(' ')
}
