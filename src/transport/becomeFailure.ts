// Says why sudo did not let us become someone, from what it said (in the C locale) and how it ended.

import { PlaybookError } from '../model/error.ts'
import type { BecomeSettings } from '../model/host.ts'
import type { Exit } from './program.ts'

export type BecomeFailure = {
  readonly place: string
  readonly become: BecomeSettings
  readonly exit: Exit
  readonly lines: readonly string[]
}

/** The error for a sudo that ended before it ran anything. */
export function becomeFailure({ place, become, exit, lines }: BecomeFailure): PlaybookError {
  const text = lines.join('\n')
  const reason = reasons.find(({ said, exits }) => exits?.includes(exit.code ?? -1) ?? said?.test(text))
  const { code, says, hint } = (reason ?? unknown).means(become)
  return new PlaybookError(code, `sudo on ${place} ${says}.`, { details: lines, hint })
}

type Reason = {
  readonly said?: RegExp
  readonly exits?: readonly number[]
  readonly means: (become: BecomeSettings) => { code: string; says: string; hint?: string }
}

const reasons: readonly Reason[] = [
  {
    exits: [126, 127],
    means: ({ program = 'sudo' }) => ({
      code: 'E_BECOME_MISSING',
      says: `cannot be run: there is no program ${program}`,
      hint: 'Install sudo there, log in as the user itself, or set ansible_become_exe.',
    }),
  },
  {
    said: /not in the sudoers file|is not allowed to|may not run sudo/,
    means: ({ user }) => ({
      code: 'E_BECOME_DENIED',
      says: `does not allow the login user to become ${user}`,
      hint: 'Add a rule to /etc/sudoers.d there, or log in as another user.',
    }),
  },
  {
    said: /must have a tty/,
    means: () => ({
      code: 'E_BECOME_TTY',
      says: 'wants a terminal',
      hint: 'Take `requiretty` out of /etc/sudoers there, or add `Defaults:<login user> !requiretty`.',
    }),
  },
  {
    said: /unknown user|no passwd entry/,
    means: ({ user }) => ({
      code: 'E_BECOME_USER',
      says: `knows no user ${user}`,
      hint: 'Check become_user.',
    }),
  },
  {
    said: /incorrect password|no password was provided|password is required|Authentication fail/i,
    means: ({ user }) => ({
      code: 'E_BECOME_PASSWORD',
      says: `does not take the password to become ${user}`,
      hint: "It is the login user's own password that sudo wants: check ansible_become_password, or -K.",
    }),
  },
]

const unknown: Reason = {
  means: ({ user }) => ({ code: 'E_BECOME', says: `does not let the login user become ${user}` }),
}
