// Starts a program as a user of the host, past motd, rc files and a password prompt, to where it reads our bytes.

import { randomBytes } from 'node:crypto'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { BecomeSettings } from '../../model/host.ts'
import type { Exit, OutputChunk, Program, StartProgram } from '../program.ts'
import { becomeError, passwordHint } from './becomeErrors.ts'
import { becomePrograms, printMarker, quoteWords } from './methods.ts'

export type StartAsOptions = {
  /** For messages: `app@was-01:22`. */
  readonly endpoint: string
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
export async function startAs(start: StartProgram, options: StartAsOptions): Promise<Program> {
  const markers = { ready: createMarker(), prompt: createMarker() }
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

type Markers = { readonly ready: string; readonly prompt: string }

function createMarker(): string {
  return `rp${randomBytes(12).toString('hex')}`
}

/** The command line, for whatever shell the account has: only words and single quotes, which all of them know. */
export function startCommand({ script, args = [], become }: StartAsOptions, markers: Markers): string {
  const announce = printMarker(markers.ready)
  if (!become) return `exec ${quoteWords(['sh', '-c', `${announce}; ${script}`, 'sh', ...args])}`
  // The login user's folder may be closed to the user we become.
  const inner = ['sh', '-c', `cd 2>/dev/null || cd /; ${announce}; ${script}`, 'sh', ...args]
  return becomePrograms[become.method].commandLine({ become, inner, marker: markers.prompt })
}

function waitUntilReady(program: Program, options: StartAsOptions, markers: Markers): Promise<void> {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' }
    /** How much of a stream was heard when the password was sent. */
    let passwordSentAt: { readonly stdout: number; readonly stderr: number } | undefined
    const timer = setTimeout(
      () => finish(timeoutError(options, outputLines(output, markers))),
      options.timeoutMs,
    )

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
      const { isPrompting: isAsking } = becomePrograms[method]
      return streams.some((stream) => isAsking(output[stream], markers.prompt, passwordSentAt?.[stream] ?? 0))
    }

    function answerPrompt(become: BecomeSettings): void {
      if (!isPasswordRequested(become)) return
      if (!become.password) finish(passwordMissingError(options, become))
      else if (passwordSentAt) finish(wrongPasswordError(options, become, outputLines(output, markers)))
      else {
        passwordSentAt = { stdout: output.stdout.length, stderr: output.stderr.length }
        program.write(Buffer.from(`${become.password.reveal()}\n`)).catch(() => {}) // its end says why
      }
    }

    program.receive({
      data: (stream, bytes) => {
        output[stream] += bytes.toString('latin1')
        if (output.stdout.includes(markers.ready) && output.stderr.includes(markers.ready)) finish()
        else if (options.become) answerPrompt(options.become)
      },
      end: (exit) => finish(startError(exit, options, outputLines(output, markers))),
    })
  })
}

/** What was said so far, as lines for people. */
function outputLines(output: { stdout: string; stderr: string }, markers: Markers): string[] {
  const text = Buffer.from(`${output.stderr}\n${output.stdout}`, 'latin1').toString('utf8')
  return text
    .replaceAll(markers.prompt, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-10)
}

function startError(exit: Exit, options: StartAsOptions, lines: readonly string[]): Error {
  if (exit.broken) return exit.broken
  if (options.become) return becomeError({ ...options, become: options.become, exit, lines })
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`
  return new UnreachableError('E_SHELL', `${options.endpoint} does not start a shell: ${how}.`, 'idle', {
    details: lines,
    hint: 'Is the account allowed to log in and run sh?',
  })
}

function passwordMissingError({ endpoint }: StartAsOptions, { method, user }: BecomeSettings): PlaybookError {
  return new PlaybookError(
    'E_BECOME_PASSWORD_MISSING',
    `${method} on ${endpoint} wants a password to become ${user}.`,
    `It is ${becomePrograms[method].passwordOwner(user)}: set ansible_become_password, or give -K.`,
  )
}

function wrongPasswordError(
  { endpoint }: StartAsOptions,
  { method, user }: BecomeSettings,
  details: readonly string[],
): PlaybookError {
  return new PlaybookError(
    'E_BECOME_PASSWORD',
    `${method} on ${endpoint} does not take the password to become ${user}.`,
    { details, hint: passwordHint(method, user) },
  )
}

function timeoutError({ endpoint, become, timeoutMs }: StartAsOptions, details: readonly string[]): Error {
  const after = `for ${Math.round(timeoutMs / 1000)} s`
  if (!become) {
    return new UnreachableError('E_SHELL', `${endpoint} starts no shell: no answer ${after}.`, 'idle', {
      details,
    })
  }
  return new PlaybookError('E_BECOME_TIMEOUT', `${become.method} on ${endpoint} says nothing ${after}.`, {
    details,
    hint: 'Does it ask for something else than a password? Raise the timeout if it is only slow.',
  })
}
