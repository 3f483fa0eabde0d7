// Transport to this machine itself: child processes.

import { type ChildProcess, spawn } from 'node:child_process'
import { UnreachableError } from '../model/errors/error.ts'
import type { ConnectionSettings } from '../model/host.ts'
import { createConnection } from './connection/connection.ts'
import { localUser } from './program/localUser.ts'
import { createProgram, type Exit, type Program } from './program/program.ts'
import type { Connection, Transport } from './program/transport.ts'

// Not zx: it keeps all output as text until the process ends, and these shells live as long as the run.

/** This machine as a host, as the user who runs this process. */
export const localTransport: Transport = {
  connect: async (settings) =>
    connectByPrograms(settings, {
      endpoint: `${localUser()}@localhost`,
      user: localUser(),
      argv: (command) => ['/bin/sh', '-c', command],
    }),
}

const graceMs = 300

/** One listener for all hosts: Node.js warns of more than ten. */
const killers = new Set<() => void>()

function killAllShells(): void {
  for (const killAll of killers) killAll()
}

type Argv = (command: string) => readonly [file: string, ...args: string[]]

type Programs = {
  /** For messages: `app@localhost`. */
  readonly endpoint: string
  readonly user: string
  /** The program that runs a command of the shell. */
  readonly argv: Argv
  /** The same as another user, where that needs no sudo. */
  readonly argvAs?: (user: string) => Argv
}

/** A host whose commands are programs on this machine. */
export function connectByPrograms(
  settings: ConnectionSettings,
  { endpoint, user, argv, argvAs }: Programs,
): Connection {
  const children = new Set<ChildProcess>()
  const killAll = () => {
    for (const child of children) kill(child)
  }
  const startBy = (toArgv: Argv) => (command: string) => startLocal(toArgv(command), children, endpoint)
  if (killers.size === 0) process.on('exit', killAllShells)
  killers.add(killAll)

  return createConnection(
    {
      endpoint,
      user,
      start: startBy(argv),
      startAs: argvAs && ((other) => startBy(argvAs(other))),
      onBroken: () => {}, // it cannot be lost
      close: async () => {
        await closeAll(children)
        killers.delete(killAll)
        if (killers.size === 0) process.off('exit', killAllShells)
      },
    },
    settings,
  )
}

function startLocal(
  [file, ...args]: ReturnType<Argv>,
  children: Set<ChildProcess>,
  endpoint: string,
): Promise<Program> {
  return new Promise((resolve, reject) => {
    // A process group of its own: Ctrl-C in the terminal does not reach it, and it can be killed as a whole.
    const child = spawn(file, args, { detached: true, stdio: 'pipe', cwd: process.cwd() })
    child.on('error', (error) => {
      const message = `Cannot start a shell as ${endpoint}: ${error.message}`
      reject(new UnreachableError('E_SHELL', message, 'idle', { cause: error }))
    })
    child.on('spawn', () => {
      children.add(child)
      const onEnd = (listener: (exit: Exit) => void) => {
        child.on('exit', () => children.delete(child))
        onChildEnd(child, listener)
      }
      const { stdin, stdout, stderr } = child
      const close = () => {
        endChild(child)
      }
      resolve(createProgram({ stdin, stdout, stderr, onEnd, close }))
    })
  })
}

/** Calls back once the output is read, or soon after the exit: what it left running may keep the streams open. */
function onChildEnd(child: ChildProcess, listener: (exit: Exit) => void): void {
  const finish = (code: number | null, signal: string | null) => {
    child.stdin?.destroy()
    child.stdout?.destroy()
    child.stderr?.destroy()
    listener({ code: code ?? undefined, signal: signal ?? undefined })
  }
  child.on('close', finish)
  child.on('exit', (code, signal) => setTimeout(() => finish(code, signal), graceMs).unref())
}

/** Closes the input, which ends an idle shell but nothing it left running; a busy one is killed after a moment. */
function endChild(child: ChildProcess): void {
  child.stdin?.end()
  const timer = setTimeout(() => kill(child), graceMs)
  child.on('exit', () => clearTimeout(timer))
}

async function closeAll(children: ReadonlySet<ChildProcess>): Promise<void> {
  const exits = [...children].map((child) => new Promise((resolve) => child.on('exit', resolve)))
  for (const child of children) endChild(child)
  const timeout = new Promise((resolve) => setTimeout(resolve, 2 * graceMs).unref())
  await Promise.race([Promise.all(exits), timeout])
}

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has ended, or runs as a user whose processes we may not kill: it ends at end of file
  }
}
