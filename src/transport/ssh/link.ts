// Runs programs over an ssh login, and detects when the connection is lost.

import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel, ExecOptions } from 'ssh2'
import { createLimiter } from '../../model/concurrency/limiter.ts'
import { UnreachableError } from '../../model/errors/error.ts'
import type { Link } from '../connection/connection.ts'
import { createProgram, type Exit, type Program } from '../program/program.ts'
import type { SshTarget } from './config/target.ts'
import type { Login } from './handshake.ts'
import { logOut } from './login.ts'
import { connectionLostError } from './sshErrors.ts'

/** The link over a login; `release` is called once it has ended. */
export function createSshLink(login: Login, target: SshTarget, release: () => void): Link {
  const { client } = login
  const { stream } = login.socket
  const listeners: ((error: UnreachableError) => void)[] = []
  const lifetime = createLifetime()
  let isClosing = false

  function handleBreak(reason: string, cause?: unknown): void {
    if (lifetime.outcome() || isClosing) return
    const broken = connectionLostError(target, reason, cause)
    end({ broken })
    for (const listener of listeners) listener(broken)
  }

  // Channels notice a closed socket by themselves, but not a jump host that went silent.
  function end(outcome: Exit): void {
    stopWatching()
    stream.destroy()
    release()
    lifetime.end(outcome)
  }

  client.on('error', (error) => handleBreak(error.message, error))
  client.on('end', () => handleBreak('the host closed it'))
  client.on('close', () => handleBreak('it was cut off'))
  const stopWatching = watchSilence(stream, target, (seconds) => handleBreak(`no answer for ${seconds} s`))
  if (stream.destroyed) handleBreak('it was cut off')

  const openChannel = channelOpener(login, target, lifetime)
  const limitOpening = createLimiter(4) // with more at once, sshd refuses some that would fit a moment later
  return {
    endpoint: target.endpoint,
    user: target.user,
    start: (command) => limitOpening(async () => createChannelProgram(await openChannel(command), lifetime)),
    onBroken: (listener) => {
      const broken = lifetime.outcome()?.broken
      if (broken) queueMicrotask(() => listener(broken))
      else listeners.push(listener)
    },
    close: async () => {
      if (lifetime.outcome() || isClosing) return
      isClosing = true
      await logOut(login)
      end({})
    },
  }
}

/** Ends once, and calls back those who wait for it. */
type Lifetime = {
  readonly outcome: () => Exit | undefined
  /** Calls back at the end, unless the returned function was called before. */
  readonly onEnd: (listener: (outcome: Exit) => void) => () => void
  readonly end: (outcome: Exit) => void
}

function createLifetime(): Lifetime {
  const listeners = new Set<(outcome: Exit) => void>()
  let outcome: Exit | undefined
  return {
    outcome: () => outcome,
    onEnd: (listener) => {
      if (outcome) listener(outcome)
      else listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end: (result) => {
      outcome = result
      for (const listener of listeners) listener(result)
    },
  }
}

/** Calls back when nothing arrived for the target's keepalive time. ssh2 itself counts only answers to its pings. */
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

/** After so long without output, an exited program is taken to have none left. */
const silenceAfterExitMs = 1000

const openRetryDelaysMs = [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000, 1000, 1000]

/**
 * Opens channels for commands. sshd refuses one too many (MaxSessions), even for a moment after one was closed, and it
 * may refuse agent forwarding, which is then left out.
 */
function channelOpener({ client, isAgentForwarded }: Login, target: SshTarget, lifetime: Lifetime) {
  let agentForward = isAgentForwarded

  return async (command: string): Promise<ClientChannel> => {
    for (let attempt = 0; ; attempt += 1) {
      const result = await tryExec(client, command, { agentForward } as ExecOptions, lifetime)
      if (!(result instanceof Error)) return result
      const outcome = lifetime.outcome()
      if (outcome) throw outcome.broken ?? closedError(target)
      if (agentForward && /agent forwarding/.test(result.message)) {
        agentForward = false
        continue
      }
      const waitMs = openRetryDelaysMs[attempt]
      if (!isOpenRefused(result) || waitMs === undefined) throw sessionRefusedError(target, result)
      await sleep(waitMs * (0.5 + Math.random()))
    }
  }
}

function tryExec(
  client: Client,
  command: string,
  options: ExecOptions,
  lifetime: Lifetime,
): Promise<ClientChannel | Error> {
  return new Promise((resolve) => {
    const unsubscribe = lifetime.onEnd(() => resolve(new Error('The connection was closed.')))
    try {
      client.exec(command, options, (error, channel) => {
        unsubscribe()
        resolve(error ?? channel)
      })
    } catch (error) {
      unsubscribe()
      resolve(error as Error)
    }
  })
}

function closedError({ endpoint }: SshTarget): UnreachableError {
  return new UnreachableError('E_CONNECTION_CLOSED', `The connection to ${endpoint} was closed.`, 'idle')
}

/** SSH_OPEN_CONNECT_FAILED and SSH_OPEN_RESOURCE_SHORTAGE of RFC 4254, section 5.1. */
function isOpenRefused(error: Error & { readonly reason?: unknown }): boolean {
  return error.reason === 2 || error.reason === 4
}

function sessionRefusedError({ endpoint }: SshTarget, error: Error): UnreachableError {
  const message = `${endpoint} refused to open a session: ${error.message}.`
  return new UnreachableError('E_SESSION_REFUSED', message, 'idle', {
    cause: error,
    hint: 'Are too many sessions open (MaxSessions), or is the account not allowed to run commands?',
  })
}

/**
 * A channel as a program. Closing it sends no signal: what a command left running is in the same process group
 * and is meant to stay.
 */
function createChannelProgram(channel: ClientChannel, lifetime: Lifetime): Program {
  return createProgram({
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onEnd: (listener) => {
      const unsubscribe = lifetime.onEnd(listener)
      endAfterExit(channel, listener)
      channel.on('close', (code?: number | null, signal?: string) => {
        unsubscribe()
        const exit = code === undefined ? (lifetime.outcome() ?? {}) : { code: code ?? undefined, signal }
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

/** sshd closes a channel only when nothing has its streams open; what a killed shell left running may keep it open. */
function endAfterExit(channel: ClientChannel, listener: (exit: Exit) => void): void {
  channel.on('exit', (code?: number | null, signal?: string) => {
    const finish = () => {
      listener({ code: code ?? undefined, signal })
      channel.close()
    }
    const timer = setTimeout(finish, silenceAfterExitMs)
    for (const stream of [channel, channel.stderr]) stream.on('data', () => timer.refresh())
    channel.on('close', () => clearTimeout(timer))
  })
}
