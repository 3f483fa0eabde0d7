// An established ssh connection: opens channels for programs, and notices when it breaks.

import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { UnreachableError } from '../model/error.ts'
import type { Link } from './connection.ts'
import { limiter } from './limit.ts'
import { type Exit, type Program, programOver } from './program.ts'
import { broke } from './sshFailure.ts'
import { type Login, logOut } from './sshLogin.ts'
import type { SshTarget } from './sshTarget.ts'

/** What connections are made of, over a login. `release` is called once it is over. */
export function sshLink(login: Login, target: SshTarget, release: () => void): Link {
  const { client } = login
  const { stream } = login.socket
  const listeners: ((error: UnreachableError) => void)[] = []
  let broken: UnreachableError | undefined
  let isClosing = false

  function breakDown(reason: string, cause?: unknown): void {
    if (broken || isClosing) return
    broken = broke(target, reason, cause)
    stream.destroy()
    release()
    for (const listener of listeners) listener(broken)
  }

  client.on('error', (error) => breakDown(error.message, error))
  client.on('end', () => breakDown('the host ended it'))
  client.on('close', () => breakDown('it was cut'))
  const stopWatching = watchSilence(stream, target, (seconds) => breakDown(`no answer for ${seconds} s`))
  client.on('close', stopWatching)
  if (stream.destroyed) breakDown('it was cut')

  const oneOfFew = limiter(4) // more at once, and sshd refuses some that would fit a moment later
  return {
    place: target.place,
    user: target.user,
    start: (command) =>
      oneOfFew(async () =>
        channelProgram(await openChannel(client, command, target, () => broken), () => broken),
      ),
    onBroken: (listener) => {
      listeners.push(listener)
    },
    close: async () => {
      if (isClosing || broken) return
      isClosing = true
      stopWatching()
      await logOut(login)
      release()
    },
  }
}

/** Calls back when nothing was heard for the target's keepalive time. ssh2 itself counts answers to pings alone. */
function watchSilence(stream: Duplex, target: SshTarget, onSilence: (seconds: number) => void): () => void {
  const { keepaliveMs, keepaliveCount } = target
  let silentTicks = 0
  stream.on('data', () => {
    silentTicks = 0
  })
  const timer = setInterval(() => {
    silentTicks += 1
    if (silentTicks > keepaliveCount) onSilence((keepaliveMs * keepaliveCount) / 1000)
  }, keepaliveMs)
  return () => clearInterval(timer)
}

const openingTriesMs = [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000, 1000, 1000]

/** Opens a channel for a command. sshd refuses one too many (MaxSessions), also for a moment after one was closed. */
async function openChannel(
  client: Client,
  command: string,
  target: SshTarget,
  broken: () => UnreachableError | undefined,
): Promise<ClientChannel> {
  for (let attempt = 0; ; attempt += 1) {
    const opened = await tryToOpen(client, command)
    if (!(opened instanceof Error)) return opened
    const loss = broken()
    if (loss) throw loss
    const waitMs = openingTriesMs[attempt]
    if (!isRefusal(opened) || waitMs === undefined) throw sessionRefused(target, opened)
    await sleep(waitMs * (0.5 + Math.random()))
  }
}

function tryToOpen(client: Client, command: string): Promise<ClientChannel | Error> {
  return new Promise((resolve) => {
    try {
      client.exec(command, (error, channel) => resolve(error ?? channel))
    } catch (error) {
      resolve(error as Error)
    }
  })
}

/** SSH_OPEN_CONNECT_FAILED and SSH_OPEN_RESOURCE_SHORTAGE of RFC 4254, section 5.1. */
function isRefusal(error: Error & { readonly reason?: unknown }): boolean {
  return error.reason === 2 || error.reason === 4
}

function sessionRefused({ place }: SshTarget, error: Error): UnreachableError {
  return new UnreachableError('E_SESSION_REFUSED', `${place} opens no session: ${error.message}.`, 'idle', {
    cause: error,
    hint: 'Are too many sessions open (MaxSessions), or may the account run no commands?',
  })
}

/**
 * A channel as a program. Closing it sends no signal: what a command left running is in the same process group,
 * and is meant to stay.
 */
function channelProgram(channel: ClientChannel, broken: () => UnreachableError | undefined): Program {
  return programOver({
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onEnd: (listener) => {
      channel.on('close', (code?: number | null, signal?: string) => {
        const exit: Exit =
          code === undefined ? { broken: broken() } : { code: code ?? undefined, signal: signal ?? undefined }
        if (channel.stderr.readableEnded) listener(exit)
        else channel.stderr.once('end', () => listener(exit))
      })
    },
    close: () => {
      channel.end()
      channel.close()
    },
  })
}
