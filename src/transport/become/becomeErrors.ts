// Says why sudo, su or doas did not let us become someone, from what it said (in the C locale) and how it ended.

import type { BecomeMethod } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import type { Exit } from '../program.ts'
import { becomePrograms, noTerminal } from './methods.ts'

export type BecomeFailure = {
  readonly place: string
  readonly become: BecomeSettings
  readonly exit: Exit
  readonly lines: readonly string[]
}

/** The error for a program that ended before it ran anything. */
export function becomeFailure({ place, become, exit, lines }: BecomeFailure): PlaybookError {
  const text = lines.join('\n')
  const reason = reasons.find(({ said, exits }) => said?.test(text) || exits?.includes(exit.code ?? -1))
  const { code, says, hint } = (reason ?? unknown).means(become)
  return new PlaybookError(code, `${become.method} on ${place} ${says}.`, { details: lines, hint })
}

/** What to look at when a password was not taken. */
export function passwordHint(method: BecomeMethod, user: string): string {
  const wanted = becomePrograms[method].wants(user)
  return `It is ${wanted} that ${method} wants: check ansible_become_password, or -K.`
}

type Reason = {
  readonly said?: RegExp
  readonly exits?: readonly number[]
  readonly means: (become: BecomeSettings) => { code: string; says: string; hint?: string }
}

const reasons: readonly Reason[] = [
  {
    said: /currently not available|failed to execute/,
    means: ({ user }) => ({
      code: 'E_BECOME_SHELL',
      says: `cannot run anything as ${user}, whose account has no shell for it`,
      hint: 'sudo and doas ask for none: set ansible_become_method.',
    }),
  },
  {
    exits: [126, 127],
    means: ({ method, program = method }) => ({
      code: 'E_BECOME_MISSING',
      says: `cannot be run: there is no program ${program}`,
      hint: `Install ${method} there, log in as the user itself, or set ansible_become_method or ansible_become_exe.`,
    }),
  },
  {
    said: /not in the sudoers file|is not allowed to|may not run sudo|Operation not permitted|Permission denied/,
    means: ({ method, user }) => ({
      code: 'E_BECOME_DENIED',
      says: `does not allow the login user to become ${user}`,
      hint: `${rule[method]}, or log in as another user.`,
    }),
  },
  {
    said: /must have a tty|must be (?:a tty|run from a terminal)/,
    means: ({ method }) => ({
      code: 'E_BECOME_TTY',
      says: 'wants a terminal',
      hint:
        method === 'sudo'
          ? 'Take `requiretty` out of /etc/sudoers there, or add `Defaults:<login user> !requiretty`.'
          : 'sudo needs none: set ansible_become_method.',
    }),
  },
  {
    said: new RegExp(noTerminal),
    means: ({ user }) => ({
      code: 'E_BECOME_TTY',
      says: `wants a password for ${user}, and takes it from a terminal alone, which there is no program to make`,
      hint: 'Install `script` there (util-linux, bsdutils), or write `permit nopass` in /etc/doas.conf.',
    }),
  },
  {
    said: /unknown user|no passwd entry|user \S+ does not exist/,
    means: ({ method, user }) => ({
      code: 'E_BECOME_USER',
      says: `knows no user ${user}`,
      hint: `Check become_user, or ansible_${method}_user.`,
    }),
  },
  {
    said: /incorrect password|no password was provided|password is required|Authentication (?:fail|token)/i,
    means: ({ method, user }) => ({
      code: 'E_BECOME_PASSWORD',
      says: `does not take the password to become ${user}`,
      hint: passwordHint(method, user),
    }),
  },
]

const rule: { readonly [method in BecomeMethod]: string } = {
  sudo: 'Add a rule to /etc/sudoers.d there',
  su: 'Add the login user to the group that /etc/pam.d/su asks for (wheel)',
  doas: 'Add a rule to /etc/doas.conf there',
}

const unknown: Reason = {
  means: ({ user }) => ({ code: 'E_BECOME', says: `does not let the login user become ${user}` }),
}
