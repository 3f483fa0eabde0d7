// Builds a connection on a transport's link: shells, uploads, downloads, become.

import type { BecomeUser } from '../../model/become.ts'
import { createLimiter } from '../../model/concurrency/limiter.ts'
import { PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import { type BecomeSettings, becomeSettingsFor, type ConnectionSettings } from '../../model/host.ts'
import { startAs } from '../become/startAs.ts'
import {
  describeExit,
  type Exit,
  type Program,
  ProgramEndedError,
  type StartProgram,
} from '../program/program.ts'
import type { Connection, Shell } from '../program/transport.ts'
import { downloadFile } from './download.ts'
import { uploadFile } from './upload.ts'

/** What a transport provides; the rest is the same for all. */
export type Link = {
  /** For messages: `app@was-01:22`. */
  readonly endpoint: string
  readonly user: string
  readonly start: StartProgram
  /** Starts programs as another user without sudo, where the transport itself can. */
  readonly startAs?: (user: string) => StartProgram
  readonly onBroken: Connection['onBroken']
  readonly close: () => Promise<void>
}

/** A connection over `link`, becoming other users as `settings.become` says. */
export function createConnection(link: Link, settings: ConnectionSettings): Connection {
  const { endpoint, user } = link
  const timeoutMs = Math.max(settings.timeout ?? 0, 30) * 1000
  const limitTransfers = createLimiter(4) // each takes one of the 10 sessions that sshd gives a connection
  // Found out once: sudo logs each refusal.
  let inTerminal = false
  const runner = (as: BecomeUser | undefined): { start: StartProgram; become?: BecomeSettings } => {
    if (as === undefined || as.user === user) return { start: link.start }
    if (link.startAs && isDefaultMethod(as, settings)) return { start: link.startAs(as.user) }
    const become = becomeSettingsFor(as.method ?? settings.become.method, settings)
    return { start: link.start, become: { ...become, user: as.user, inTerminal } }
  }
  /** `use` is called again with a terminal where sudo demands one. It must not have read anything before it fails so. */
  const startedAs = async <T>(
    as: BecomeUser | undefined,
    use: (runner: { start: StartProgram; become?: BecomeSettings }) => Promise<T>,
  ): Promise<T> => {
    const first = runner(as)
    try {
      return await use(first)
    } catch (thrown) {
      const isRefused = thrown instanceof PlaybookError && thrown.code === 'E_BECOME_TTY'
      if (!isRefused || first.become?.method !== 'sudo' || first.become.inTerminal) throw thrown
      inTerminal = true
      return use(runner(as))
    }
  }

  return {
    user,
    openShell: async (as) => {
      const program = await startedAs(as, ({ start, become }) =>
        startAs(start, { endpoint, script: 'exec sh', become, timeoutMs }),
      )
      return createShell(program, endpoint)
    },
    upload: (source, path, as, { unsafePaths } = {}) =>
      limitTransfers(() =>
        startedAs(as, ({ start, become }) =>
          uploadFile(start, { endpoint, source, path, unsafePaths, become, timeoutMs }),
        ),
      ),
    download: (path, target, as) =>
      limitTransfers(() =>
        startedAs(as, ({ start, become }) =>
          downloadFile(start, { endpoint, path, target, become, timeoutMs }),
        ),
      ),
    onBroken: link.onBroken,
    close: link.close,
  }
}

/** Whether nobody has asked for a way to become the user: sudo is what is tried then. */
function isDefaultMethod({ method }: BecomeUser, { become }: ConnectionSettings): boolean {
  return method === undefined && become.method === 'sudo' && !become.isMethodGiven
}

/** A shell over a running `sh`. Busy from the first write on: where a trip ends is not known here. */
function createShell(program: Program, endpoint: string): Shell {
  let stage: 'idle' | 'busy' = 'idle'
  return {
    write: async (bytes) => {
      stage = 'busy'
      try {
        await program.write(bytes)
      } catch (error) {
        throw error instanceof ProgramEndedError ? shellEndedError(error.exit, endpoint, stage) : error
      }
    },
    receive: ({ data, end }) =>
      program.receive({ data, end: (exit) => end(shellEndedError(exit, endpoint, stage)) }),
    close: program.close,
  }
}

function shellEndedError(exit: Exit, endpoint: string, stage: 'idle' | 'busy'): UnreachableError {
  if (exit.broken) return exit.broken.with({ stage })
  if (exit.code === undefined && exit.signal === undefined) {
    return new UnreachableError('E_CONNECTION_CLOSED', `The shell on ${endpoint} was closed.`, stage)
  }
  const message = `The shell on ${endpoint} exited: ${describeExit(exit)}.`
  const hint = 'Something on the host killed it, or a command made it exit.'
  return new UnreachableError('E_SHELL_ENDED', message, stage, { hint })
}
