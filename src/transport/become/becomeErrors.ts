// Says why sudo, su or doas did not let us become someone, from what it said (in the C locale) and how it ended.

import type { BecomeMethod } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import type { Exit } from '../program.ts'
import { becomePrograms, noTerminalMessage } from './methods.ts'

export type BecomeErrorOptions = {
  readonly endpoint: string
  readonly become: BecomeSettings
  readonly exit: Exit
  readonly lines: readonly string[]
}

/** The error for a program that ended before it ran anything. */
export function becomeError({ endpoint, become, exit, lines }: BecomeErrorOptions): PlaybookError {
  const text = lines.join('\n')
  const reason = reasons.find(
    ({ output: said, exitCodes: exits }) => said?.test(text) || exits?.includes(exit.code ?? -1),
  )
  const { code, problem, hint } = (reason ?? unknownReason).explain(become)
  return new PlaybookError(code, `${become.method} on ${endpoint} ${problem}.`, { details: lines, hint })
}

/** What to look at when a password was not taken. */
export function passwordHint(method: BecomeMethod, user: string): string {
  const owner = becomePrograms[method].passwordOwner(user)
  return `It is ${owner} that ${method} wants: check ansible_become_password, or -K.`
}

type Reason = {
  readonly output?: RegExp
  readonly exitCodes?: readonly number[]
  readonly explain: (become: BecomeSettings) => { code: string; problem: string; hint?: string }
}

const reasons: readonly Reason[] = [
  {
    output: /currently not available|failed to execute/,
    explain: ({ user }) => ({
      code: 'E_BECOME_SHELL',
      problem: `cannot run anything as ${user}, whose account has no shell for it`,
      hint: 'sudo and doas ask for none: set ansible_become_method.',
    }),
  },
  {
    exitCodes: [126, 127],
    explain: ({ method, program = method }) => ({
      code: 'E_BECOME_MISSING',
      problem: `cannot be run: there is no program ${program}`,
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
      problem: 'wants a terminal',
      hint:
        method === 'sudo'
          ? 'Take `requiretty` out of /etc/sudoers there, or add `Defaults:<login user> !requiretty`.'
          : 'sudo needs none: set ansible_become_method.',
    }),
  },
  {
    output: new RegExp(noTerminalMessage),
    explain: ({ user }) => ({
      code: 'E_BECOME_TTY',
      problem: `wants a password for ${user}, and takes it from a terminal alone, which there is no program to make`,
      hint: 'Install `script` there (util-linux, bsdutils), or write `permit nopass` in /etc/doas.conf.',
    }),
  },
  {
    output: /unknown user|no passwd entry|user \S+ does not exist/,
    explain: ({ method, user }) => ({
      code: 'E_BECOME_USER',
      problem: `knows no user ${user}`,
      hint: `Check become_user, or ansible_${method}_user.`,
    }),
  },
  {
    output: /incorrect password|no password was provided|password is required|Authentication (?:fail|token)/i,
    explain: ({ method, user }) => ({
      code: 'E_BECOME_PASSWORD',
      problem: `does not take the password to become ${user}`,
      hint: passwordHint(method, user),
    }),
  },
]

const permissionHint: { readonly [method in BecomeMethod]: string } = {
  sudo: 'Add a rule to /etc/sudoers.d there',
  su: 'Add the login user to the group that /etc/pam.d/su asks for (wheel)',
  doas: 'Add a rule to /etc/doas.conf there',
}

const unknownReason: Reason = {
  explain: ({ user }) => ({ code: 'E_BECOME', problem: `does not let the login user become ${user}` }),
}
