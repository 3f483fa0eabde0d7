// Starts a program as a given user, past motd, rc files and a password prompt.

import { randomBytes } from 'node:crypto'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import {
  describeExit,
  type Exit,
  type OutputChunk,
  type Program,
  type StartProgram,
} from '../program/program.ts'
import { becomeError, isExpired, wrongPasswordError } from './becomeErrors.ts'
import { becomePrograms, printMarker, quoteWords } from './methods.ts'

type StartAsOptions = {
  /** For messages: `app@was-01:22`. */
  readonly endpoint: string
  /** POSIX sh to run, its arguments in `$1`…; everything after the login prompts on standard input is its own. */
  readonly script: string
  readonly args?: readonly string[]
  /** The user to become, and how; undefined: the login user. */
  readonly become?: BecomeSettings
  readonly timeoutMs: number
}

/**
 * Starts `script` under `sh`, and waits until it runs: one marker, on both streams, tells that it does, another one
 * comes with a password prompt. Nothing is sent before one of them was seen. So the first bytes are read by the script,
 * never by sudo or a shell before it, and a password never reaches a program that did not ask for it (a NOPASSWD
 * rule). This costs no round trip: the markers come unrequested.
 *
 * @throws PlaybookError E_BECOME_PASSWORD, E_BECOME_PASSWORD_MISSING, E_BECOME_DENIED, E_BECOME_MISSING,
 *   E_BECOME_USER, E_BECOME_SHELL, E_BECOME_ACCOUNT, E_BECOME_TTY, E_BECOME_TIMEOUT, E_BECOME; UnreachableError E_SHELL
 *   where the login shell itself fails
 */
export async function startAs(start: StartProgram, options: StartAsOptions): Promise<Program> {
  const markers = { login: createMarker(), ready: createMarker(), prompt: createMarker() }
  const program = await start(startCommand(options, markers))
  try {
    await waitUntilReady(program, options, markers)
    return program
  } catch (error) {
    program.close()
    throw error
  }
}

const streams = ['stdout', 'stderr'] as const

/** `login`: the login shell runs our commands. */
type Markers = { readonly login: string; readonly ready: string; readonly prompt: string }

function createMarker(): string {
  return `mark${randomBytes(12).toString('hex')}`
}

/** For any login shell: only words and single quotes, which all shells understand. */
function startCommand({ script, args = [], become }: StartAsOptions, markers: Markers): string {
  const announce = printMarker(markers.ready)
  if (!become) return `exec ${quoteWords(['sh', '-c', `${announce}; ${script}`, 'sh', ...args])}`
  // The become user may not be allowed into the login user's home.
  const inner = ['sh', '-c', `cd 2>/dev/null || cd /; ${announce}; ${script}`, 'sh', ...args]
  const call = becomePrograms[become.method].commandLine({ become, inner, marker: markers.prompt })
  return `exec ${quoteWords(['sh', '-c', `${printMarker(markers.login)}; ${call}`])}`
}

function waitUntilReady(program: Program, options: StartAsOptions, markers: Markers): Promise<void> {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' }
    /** The length of each stream's output when the password was sent. */
    let passwordSentAt: { readonly stdout: number; readonly stderr: number } | undefined
    const lines = () => outputLines(output, markers)
    const failure = (): StartFailure => {
      const text = output.stderr + output.stdout
      return { ...options, output: text, isLoggedIn: text.includes(markers.login) }
    }
    const timer = setTimeout(() => finish(timeoutError(failure(), lines())), options.timeoutMs)

    function finish(error?: Error): void {
      clearTimeout(timer)
      program.detach([unread('stdout'), unread('stderr')])
      if (error) reject(error)
      else resolve()
    }

    function unread(stream: 'stdout' | 'stderr'): OutputChunk {
      const end = output[stream].indexOf(markers.ready) + markers.ready.length
      return [stream, Buffer.from(output[stream].slice(end), 'latin1')]
    }

    function isPasswordRequested({ method }: BecomeSettings): boolean {
      const { isPrompting } = becomePrograms[method]
      return streams.some((stream) =>
        isPrompting(output[stream], markers.prompt, passwordSentAt?.[stream] ?? 0),
      )
    }

    function answerPrompt(become: BecomeSettings): void {
      const { endpoint } = options
      const text = output.stderr + output.stdout
      // It waits for a new password now.
      if (isExpired(text) && streams.some((stream) => /: ?$/.test(output[stream]))) {
        finish(becomeError({ endpoint, become, exit: {}, lines: lines(), output: text }))
      } else if (!isPasswordRequested(become)) return
      else if (!become.password) finish(passwordMissingError(options, become, text))
      else if (passwordSentAt) finish(wrongPasswordError({ endpoint, become, lines: lines(), output: text }))
      else {
        passwordSentAt = { stdout: output.stdout.length, stderr: output.stderr.length }
        program.write(Buffer.from(`${become.password.reveal()}\n`)).catch(() => {}) // its end tells why
      }
    }

    program.receive({
      data: (stream, bytes) => {
        output[stream] += bytes.toString('latin1')
        if (output.stdout.includes(markers.ready) && output.stderr.includes(markers.ready)) finish()
        else if (options.become) answerPrompt(options.become)
      },
      end: (exit) => finish(startError(exit, failure(), lines())),
    })
  })
}

/** The last lines of output, for error details. */
function outputLines(output: { stdout: string; stderr: string }, markers: Markers): string[] {
  const text = Buffer.from(`${output.stderr}\n${output.stdout}`, 'latin1').toString('utf8')
  return text
    .replaceAll(markers.login, '')
    .replaceAll(new RegExp(`${markers.prompt}(\\[[^\\]]*\\])?`, 'g'), '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-10)
}

type StartFailure = StartAsOptions & {
  readonly output: string
  /** Whether the login shell ran our command: what happened before is no fault of sudo's. */
  readonly isLoggedIn: boolean
}

function startError(exit: Exit, options: StartFailure, lines: readonly string[]): Error {
  const { endpoint, become, isLoggedIn, output } = options
  if (exit.broken) return exit.broken
  if (become && isLoggedIn) return becomeError({ endpoint, become, exit, lines, output })
  return shellError(endpoint, describeExit(exit), lines)
}

function passwordMissingError(
  { endpoint }: StartAsOptions,
  { method, user }: BecomeSettings,
  output: string,
): PlaybookError {
  return new PlaybookError(
    'E_BECOME_PASSWORD_MISSING',
    `${method} on ${endpoint} requires a password to become ${user}.`,
    `It expects ${becomePrograms[method].passwordOwner(user, output)}: set ansible_become_password, or use -K.`,
  )
}

function timeoutError(
  { endpoint, become, isLoggedIn, timeoutMs }: StartFailure,
  details: readonly string[],
): Error {
  const problem = `no answer for ${Math.round(timeoutMs / 1000)} s`
  if (!become || !isLoggedIn) return shellError(endpoint, problem, details)
  return new PlaybookError('E_BECOME_TIMEOUT', `${become.method} on ${endpoint}: ${problem}.`, {
    details,
    hint: 'Does it ask for something other than a password? If it is only slow, raise the timeout (-T).',
  })
}

function shellError(endpoint: string, problem: string, details: readonly string[]): UnreachableError {
  return new UnreachableError('E_SHELL', `Cannot start a shell on ${endpoint}: ${problem}.`, 'idle', {
    details,
    hint: 'The login shell ended before it ran sh: is it nologin, has the password expired, or does a startup file such as .bashrc exit?',
  })
}
