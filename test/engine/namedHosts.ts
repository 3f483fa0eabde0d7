// Hosts that are all this machine; $AT in their shells is the host, $AS the user.

import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { UnreachableError } from '../../src/model/errors/error.ts'
import { contentOf, fileChanges } from '../../src/model/fileChange.ts'
import type { ConnectionSettings } from '../../src/model/host.ts'
import { file } from '../../src/model/probe.ts'
import { quote, sh, shellText } from '../../src/model/shell/command.ts'
import { run } from '../../src/model/step.ts'
import { defineTask } from '../../src/model/task.ts'
import { localTransport } from '../../src/transport/local.ts'
import type { Connection, Shell } from '../../src/transport/program/transport.ts'

type NamedHosts = {
  readonly connect: (settings: ConnectionSettings) => Promise<Connection>
  /** Breaks the connection to a host, as if it had gone. */
  readonly lose: (host: string) => void
  /** How often each host was connected to. */
  readonly connects: Map<string, number>
}

/** Hosts; those named in `off` cannot be reached. */
export function namedHosts({ off = [] }: { off?: readonly string[] } = {}): NamedHosts {
  const connects = new Map<string, number>()
  const breaking = new Map<string, (error: UnreachableError) => void>()
  return {
    connects,
    lose: (host) =>
      breaking.get(host)?.(new UnreachableError('E_CONNECTION_LOST', `${host} is gone.`, 'busy')),
    connect: async (settings) => {
      const { host } = settings
      connects.set(host, (connects.get(host) ?? 0) + 1)
      if (off.includes(host)) throw new UnreachableError('E_CONNECT', `${host} is off.`, 'connect')
      const connection = await localTransport.connect(settings, {})
      const ends = new Set<(error: UnreachableError) => void>()
      const listeners = new Set<(error: UnreachableError) => void>()
      breaking.set(host, (error) => {
        for (const listener of listeners) listener(error)
        for (const end of ends) end(error)
      })
      const named: Connection['openShell'] = async (as): Promise<Shell> => {
        const shell = await connection.openShell()
        await shell.write(Buffer.from(`export AT=${quote(host)} AS=${quote(as?.user ?? 'login')}\n`))
        return {
          ...shell,
          receive: (receiver) => {
            ends.add(receiver.end)
            shell.receive(receiver)
          },
        }
      }
      return { ...connection, openShell: named, onBroken: (listener) => listeners.add(listener) }
    },
  }
}

/** What `mark` wrote, line by line. */
export function marksIn(log: string): string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []
}

/** Acts as soon as a step has written into the log: it is running then, however slow the machine is. */
export function whenMarked(log: string, act: () => void): void {
  const timer = setInterval(() => {
    if (marksIn(log).length === 0) return
    clearInterval(timer)
    act()
  }, 20)
  setTimeout(() => clearInterval(timer), 20_000).unref()
}

/** Writes `WORD at HOST as USER` into a log each time, then runs a script. */
export const mark = defineTask({
  name: 'mark',
  summary: 'Writes down where it is carried out.',
  params: z.strictObject({ log: z.string(), word: z.string(), after: z.string().default('true') }),
  title: ({ word }) => word,
  probe: () => ({}),
  plan: ({ log, word, after }) => [
    {
      what: word,
      from: '-',
      to: 'marked',
      steps: [run(shellText(`${sh`echo ${word} at "$AT" as "$AS" >> ${log}`.script}\n${after}`))],
    },
  ],
  verify: false,
})

/** Adds a line to a file, by writing all of it again. */
export const hasLine = defineTask({
  name: 'hasLine',
  summary: 'Adds a line.',
  params: z.strictObject({ path: z.string(), line: z.string() }),
  title: ({ line }) => line,
  probe: ({ path }) => ({ state: file(path, { content: true }) }),
  plan: ({ path, line }, { state }) => {
    const text = contentOf(path, state)?.toString() ?? ''
    if (text.split('\n').includes(line)) return []
    return fileChanges(state, { path, content: `${text}${line}\n` })
  },
})
