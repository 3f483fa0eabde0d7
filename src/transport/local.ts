// Reaches this machine itself: a connection that is child processes.

import { type ChildProcess, spawn } from 'node:child_process'
import { UnreachableError } from '../model/errors/error.ts'
import type { ConnectionSettings } from '../model/host.ts'
import { createConnection } from './connection.ts'
import { localUser } from './localUser.ts'
import { createProgram, type Exit, type Program } from './program.ts'
import type { Connection, Transport } from './transport.ts'

// Not zx: it keeps all that a process ever said, as text, until the process ends, which suits commands and not a
// shell that lives as long as the run.

/** This machine as a host, as the user who runs us. */
export const localTransport: Transport = {
  connect: async (settings) => localConnection(settings),
}

const graceMs = 300

function localConnection(settings: ConnectionSettings): Connection {
  const user = localUser()
  const children = new Set<ChildProcess>()
  const endpoint = `${user}@localhost`
  const killAll = () => {
    for (const child of children) kill(child)
  }
  process.on('exit', killAll)

  return createConnection(
    {
      endpoint,
      user,
      start: (command) => startLocal(command, children, endpoint),
      onBroken: () => {}, // it does not break
      close: async () => {
        await closeAll(children)
        process.off('exit', killAll)
      },
    },
    settings,
  )
}

function startLocal(command: string, children: Set<ChildProcess>, endpoint: string): Promise<Program> {
  return new Promise((resolve, reject) => {
    // A group of its own: a Ctrl-C in the terminal is ours to handle, and the whole group goes with us.
    const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: 'pipe', cwd: process.cwd() })
    child.on('error', (error) => {
      reject(
        new UnreachableError('E_SHELL', `${endpoint}: no shell: ${error.message}`, 'idle', { cause: error }),
      )
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

/** The end of a child: when its output is read, or soon after it is gone, since what it left running may hold on to that. */
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

/** End of file ends a shell that waits for commands, and nothing that it started to stay. What goes on is killed. */
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
    // gone already, or become someone whom we may not kill: it ends when it reads end of file
  }
}
