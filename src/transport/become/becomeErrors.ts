// Explains a failure of sudo, su or doas from its output (C locale) and exit code.

import type { BecomeMethod } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import type { Exit } from '../program/program.ts'
import { becomePrograms, noTerminalMessage } from './methods.ts'

type BecomeErrorOptions = {
  readonly endpoint: string
  readonly become: BecomeSettings
  readonly exit: Exit
  /** The last lines of output. */
  readonly lines: readonly string[]
  /** All output, with the marks of prompts. */
  readonly output: string
}

/** The error for a become program that ended before it ran the command. */
export function becomeError({
  endpoint,
  become,
  exit,
  lines,
  output: all,
}: BecomeErrorOptions): PlaybookError {
  const text = lines.join('\n')
  const reason = reasons.find(
    ({ output, exitCodes }) => output?.test(text) || exitCodes?.includes(exit.code ?? -1),
  )
  const { code, problem, hint } = (reason ?? unknownReason).explain(become, all)
  return new PlaybookError(code, `${become.method} on ${endpoint} ${problem}.`, { details: lines, hint })
}

/** The error for a password that was rejected. */
export function wrongPasswordError({ endpoint, become, lines, output }: Omit<BecomeErrorOptions, 'exit'>) {
  const { code, problem, hint } = wrongPassword(become, output)
  return new PlaybookError(code, `${become.method} on ${endpoint} ${problem}.`, { details: lines, hint })
}

type Reason = {
  readonly output?: RegExp
  readonly exitCodes?: readonly number[]
  readonly explain: (
    become: BecomeSettings,
    output: string,
  ) => { code: string; problem: string; hint?: string }
}

/** What programs and PAM print where an account is not valid any more, before they ask for a new password. */
const expired =
  /account validation failure|account or password is expired|(?:account|password) (?:has )?expired|required to change your password|authentication token is no longer valid/i

/** Whether the output says that an account or its password has expired. */
export function isExpired(output: string): boolean {
  return expired.test(output)
}

const reasons: readonly Reason[] = [
  {
    output: expired,
    explain: ({ method, user }) => ({
      code: 'E_BECOME_ACCOUNT',
      problem: `refuses ${method === 'su' ? user : 'the login user'}: the account or its password has expired, or is locked`,
      hint: 'Look there with `chage -l USER` and `passwd -S USER`, and renew it.',
    }),
  },
  {
    output: /currently not available|failed to execute/,
    explain: ({ user }) => ({
      code: 'E_BECOME_SHELL',
      problem: `cannot run commands as ${user} (its shell is nologin)`,
      hint: 'sudo and doas do not use that shell: set ansible_become_method.',
    }),
  },
  {
    exitCodes: [126, 127],
    explain: ({ method, program = method }) => ({
      code: 'E_BECOME_MISSING',
      problem: `cannot be run: program ${program} not found`,
      hint: `Install ${method} there, log in as the user itself, or set ansible_become_method or ansible_become_exe.`,
    }),
  },
  {
    output:
      /not in the sudoers file|is not allowed to|may not run sudo|Operation not permitted|Permission denied/,
    explain: ({ method, user }) => ({
      code: 'E_BECOME_DENIED',
      problem: `does not allow the login user to become ${user}`,
      hint: `${permissionHint[method]}, or log in as another user.`,
    }),
  },
  {
    output: /must have a tty|must be (?:a tty|run from a terminal)/,
    explain: ({ method }) => ({
      code: 'E_BECOME_TTY',
      problem: 'requires a terminal',
      hint:
        method === 'sudo'
          ? 'Remove `requiretty` from /etc/sudoers there, or add `Defaults:<login user> !requiretty`.'
          : 'sudo does not need one: set ansible_become_method.',
    }),
  },
  {
    output: new RegExp(noTerminalMessage),
    explain: ({ method, user }) => ({
      code: 'E_BECOME_TTY',
      problem:
        method === 'sudo'
          ? 'requires a terminal, which nothing there can provide'
          : `requires a password to become ${user} and reads it only from a terminal, which nothing there can provide`,
      hint:
        method === 'sudo'
          ? 'Install `script` there (util-linux, util-linux-script, bsdutils), or add `Defaults:<login user> !requiretty` to /etc/sudoers.d.'
          : 'Install `script` there (util-linux, bsdutils), or write `permit nopass` in /etc/doas.conf.',
    }),
  },
  {
    output: /unknown user|no passwd entry|user \S+ does not exist/,
    explain: ({ method, user }) => ({
      code: 'E_BECOME_USER',
      problem: `does not know the user ${user}`,
      hint: `Check become_user, or ansible_${method}_user.`,
    }),
  },
  {
    output: /incorrect password|no password was provided|password is required|Authentication (?:fail|token)/i,
    explain: wrongPassword,
  },
]

function wrongPassword({ method, user }: BecomeSettings, output: string) {
  return {
    code: 'E_BECOME_PASSWORD',
    problem: `rejected the password to become ${user}`,
    hint: `It expects ${becomePrograms[method].passwordOwner(user, output)}: check ansible_become_password, or -K.`,
  }
}

const permissionHint: { readonly [method in BecomeMethod]: string } = {
  sudo: 'Add a rule to /etc/sudoers.d there',
  su: 'Add the login user to the group that /etc/pam.d/su requires (wheel)',
  doas: 'Add a rule to /etc/doas.conf there',
}

const unknownReason: Reason = {
  explain: ({ user }) => ({ code: 'E_BECOME', problem: `did not let the login user become ${user}` }),
}
