// An established ssh connection: opens channels for programs, and notices when it breaks.

import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel, ExecOptions } from 'ssh2'
import { UnreachableError } from '../../model/errors/error.ts'
import { createLimiter } from '../../model/limiter.ts'
import type { Link } from '../connection.ts'
import { createProgram, type Exit, type Program } from '../program.ts'
import type { SshTarget } from './config/target.ts'
import { type Login, logOut } from './login.ts'
import { connectionLostError } from './sshErrors.ts'

/** What connections are made of, over a login. `release` is called once it is over. */
export function createSshLink(login: Login, target: SshTarget, release: () => void): Link {
  const { client } = login
  const { stream } = login.socket
  const listeners: ((error: UnreachableError) => void)[] = []
  const over = createLifetime()
  let isClosing = false

  function handleBreak(reason: string, cause?: unknown): void {
    if (over.outcome() || isClosing) return
    const broken = connectionLostError(target, reason, cause)
    end({ broken })
    for (const listener of listeners) listener(broken)
  }

  // Channels do hear of a cut socket by themselves, but not of a jump host that went silent.
  function end(outcome: Exit): void {
    stopWatching()
    stream.destroy()
    release()
    over.end(outcome)
  }

  client.on('error', (error) => handleBreak(error.message, error))
  client.on('end', () => handleBreak('the host ended it'))
  client.on('close', () => handleBreak('it was cut'))
  const stopWatching = watchSilence(stream, target, (seconds) => handleBreak(`no answer for ${seconds} s`))
  if (stream.destroyed) handleBreak('it was cut')

  const openChannel = channelOpener(client, target, over)
  const limitOpening = createLimiter(4) // more at once, and sshd refuses some that would fit a moment later
  return {
    endpoint: target.endpoint,
    user: target.user,
    start: (command) => limitOpening(async () => createChannelProgram(await openChannel(command), over)),
    onBroken: (listener) => {
      const broken = over.outcome()?.broken
      if (broken) queueMicrotask(() => listener(broken))
      else listeners.push(listener)
    },
    close: async () => {
      if (over.outcome() || isClosing) return
      isClosing = true
      await logOut(login)
      end({})
    },
  }
}

/** The time of a connection: it ends once, and who waits for the end is told. */
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

/** A program that has ended has nothing more to say when nothing was heard for so long. */
const silenceAfterExitMs = 1000

const openRetryDelaysMs = [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000, 1000, 1000]

/**
 * Opens channels for commands. sshd refuses one too many (MaxSessions), also for a moment after one was closed; and it may
 * refuse the agent, without which things go on.
 */
function channelOpener(client: Client, target: SshTarget, over: Lifetime) {
  let agentForward = target.forwardedAgent !== undefined

  return async (command: string): Promise<ClientChannel> => {
    for (let attempt = 0; ; attempt += 1) {
      const result = await tryExec(client, command, { agentForward } as ExecOptions, over)
      if (!(result instanceof Error)) return result
      const outcome = over.outcome()
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
  over: Lifetime,
): Promise<ClientChannel | Error> {
  return new Promise((resolve) => {
    const unsubscribe = over.onEnd(() => resolve(new Error('The connection is over.')))
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
  return new UnreachableError(
    'E_SESSION_REFUSED',
    `${endpoint} opens no session: ${error.message}.`,
    'idle',
    {
      cause: error,
      hint: 'Are too many sessions open (MaxSessions), or may the account run no commands?',
    },
  )
}

/**
 * A channel as a program. Closing it sends no signal: what a command left running is in the same process group,
 * and is meant to stay.
 */
function createChannelProgram(channel: ClientChannel, over: Lifetime): Program {
  return createProgram({
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onEnd: (listener) => {
      const unsubscribe = over.onEnd(listener)
      endAfterExit(channel, listener)
      channel.on('close', (code?: number | null, signal?: string) => {
        unsubscribe()
        const exit = code === undefined ? (over.outcome() ?? {}) : { code: code ?? undefined, signal }
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

/** sshd closes a channel only when all that has its streams is gone: what a killed shell left running may keep it for long. */
function endAfterExit(channel: ClientChannel, listener: (exit: Exit) => void): void {
  channel.on('exit', (code?: number | null, signal?: string) => {
    const over = () => {
      listener({ code: code ?? undefined, signal })
      channel.close()
    }
    const timer = setTimeout(over, silenceAfterExitMs)
    for (const stream of [channel, channel.stderr]) stream.on('data', () => timer.refresh())
    channel.on('close', () => clearTimeout(timer))
  })
}
