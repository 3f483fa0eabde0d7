// Starts a program as a user of the host, past motd, rc files and a password prompt, to where it reads our bytes.

import { randomBytes } from 'node:crypto'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import type { Exit, Heard, Program, Start } from '../program.ts'
import { becomeFailure, passwordHint } from './becomeErrors.ts'
import { becomePrograms, saying, words } from './methods.ts'

export type OpeningOptions = {
  /** For messages: `app@was-01:22`. */
  readonly place: string
  /** POSIX sh to run, its arguments in `$1`…; it is to read standard input only once it was started. */
  readonly script: string
  readonly args?: readonly string[]
  /** Whom to become, and how; undefined: nobody. */
  readonly become?: BecomeSettings
  readonly timeoutMs: number
}

/**
 * Starts `script` under `sh`. The first bytes written are read by it, never by sudo or a shell before it, since
 * it is waited for: a first marker, on both streams, says that it runs, and a second one, with a prompt, that a
 * password is wanted. Nothing is sent before one of the two was seen, so that a password never ends up in a
 * program that did not ask for one (a NOPASSWD rule). No round trip is spent on it: the markers are sent unasked.
 *
 * @throws PlaybookError E_BECOME_PASSWORD, E_BECOME_PASSWORD_MISSING, E_BECOME_DENIED, E_BECOME_MISSING,
 *   E_BECOME_USER, E_BECOME_SHELL, E_BECOME_TTY, E_BECOME_TIMEOUT, E_BECOME; UnreachableError
 */
export async function open(start: Start, options: OpeningOptions): Promise<Program> {
  const markers = { ready: marker(), prompt: marker() }
  const program = await start(openingCommand(options, markers))
  try {
    await ready(program, options, markers)
    return program
  } catch (error) {
    program.close()
    throw error
  }
}

const streams = ['stdout', 'stderr'] as const

type Markers = { readonly ready: string; readonly prompt: string }

function marker(): string {
  return `rp${randomBytes(12).toString('hex')}`
}

/** The command line, for whatever shell the account has: only words and single quotes, which all of them know. */
export function openingCommand({ script, args = [], become }: OpeningOptions, markers: Markers): string {
  const announce = saying(markers.ready)
  if (!become) return `exec ${words(['sh', '-c', `${announce}; ${script}`, 'sh', ...args])}`
  // The login user's folder may be closed to the user we become.
  const inner = ['sh', '-c', `cd 2>/dev/null || cd /; ${announce}; ${script}`, 'sh', ...args]
  return becomePrograms[become.method].commandLine({ become, inner, mark: markers.prompt })
}

function ready(program: Program, options: OpeningOptions, markers: Markers): Promise<void> {
  return new Promise((resolve, reject) => {
    const heard = { stdout: '', stderr: '' }
    /** How much of a stream was heard when the password was sent. */
    let answered: { readonly stdout: number; readonly stderr: number } | undefined
    const timer = setTimeout(() => finish(timedOut(options, said(heard, markers))), options.timeoutMs)

    function finish(error?: Error): void {
      clearTimeout(timer)
      program.hold([unread('stdout'), unread('stderr')])
      if (error) reject(error)
      else resolve()
    }

    function unread(stream: 'stdout' | 'stderr'): Heard {
      const end = heard[stream].indexOf(markers.ready) + markers.ready.length
      return [stream, Buffer.from(heard[stream].slice(end), 'latin1')]
    }

    function isAsked({ method }: BecomeSettings): boolean {
      const { isAsking } = becomePrograms[method]
      return streams.some((stream) => isAsking(heard[stream], markers.prompt, answered?.[stream] ?? 0))
    }

    function answer(become: BecomeSettings): void {
      if (!isAsked(become)) return
      if (!become.password) finish(passwordMissing(options, become))
      else if (answered) finish(wrongPassword(options, become, said(heard, markers)))
      else {
        answered = { stdout: heard.stdout.length, stderr: heard.stderr.length }
        program.write(Buffer.from(`${become.password.reveal()}\n`)).catch(() => {}) // its end says why
      }
    }

    program.receive({
      data: (stream, bytes) => {
        heard[stream] += bytes.toString('latin1')
        if (heard.stdout.includes(markers.ready) && heard.stderr.includes(markers.ready)) finish()
        else if (options.become) answer(options.become)
      },
      end: (exit) => finish(ended(exit, options, said(heard, markers))),
    })
  })
}

/** What was said so far, as lines for people. */
function said(heard: { stdout: string; stderr: string }, markers: Markers): string[] {
  const text = Buffer.from(`${heard.stderr}\n${heard.stdout}`, 'latin1').toString('utf8')
  return text
    .replaceAll(markers.prompt, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-10)
}

function ended(exit: Exit, options: OpeningOptions, lines: readonly string[]): Error {
  if (exit.broken) return exit.broken
  if (options.become) return becomeFailure({ ...options, become: options.become, exit, lines })
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`
  return new UnreachableError('E_SHELL', `${options.place} does not start a shell: ${how}.`, 'idle', {
    details: lines,
    hint: 'Is the account allowed to log in and run sh?',
  })
}

function passwordMissing({ place }: OpeningOptions, { method, user }: BecomeSettings): PlaybookError {
  return new PlaybookError(
    'E_BECOME_PASSWORD_MISSING',
    `${method} on ${place} wants a password to become ${user}.`,
    `It is ${becomePrograms[method].wants(user)}: set ansible_become_password, or give -K.`,
  )
}

function wrongPassword(
  { place }: OpeningOptions,
  { method, user }: BecomeSettings,
  details: readonly string[],
): PlaybookError {
  return new PlaybookError(
    'E_BECOME_PASSWORD',
    `${method} on ${place} does not take the password to become ${user}.`,
    { details, hint: passwordHint(method, user) },
  )
}

function timedOut({ place, become, timeoutMs }: OpeningOptions, details: readonly string[]): Error {
  const after = `for ${Math.round(timeoutMs / 1000)} s`
  if (!become) {
    return new UnreachableError('E_SHELL', `${place} starts no shell: no answer ${after}.`, 'idle', {
      details,
    })
  }
  return new PlaybookError('E_BECOME_TIMEOUT', `${become.method} on ${place} says nothing ${after}.`, {
    details,
    hint: 'Does it ask for something else than a password? Raise the timeout if it is only slow.',
  })
}
