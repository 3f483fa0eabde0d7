// Reaches hosts by ssh: node-ssh logs in, ssh2 opens the channels.

import { setMaxListeners } from 'node:events'
import { UnreachableError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'
import { createLimiter, type Limiter } from '../../model/limiter.ts'
import { connectionOver } from '../connection.ts'
import type { ConnectOptions, Transport } from '../transport.ts'
import { type Keyring, keyring } from './auth/keyring.ts'
import { type JumpHost, type SshTarget, sshTarget } from './config/target.ts'
import { type JumpPool, jumpPool } from './jumpPool.ts'
import { sshLink } from './link.ts'
import { type Login, logIn, logOut } from './login.ts'
import { aborted } from './sshErrors.ts'

/** What connections of one transport share. */
type Shared = {
  /** More than 20 handshakes at once only slow one another down, and the rest of the process. */
  readonly handshakes: Limiter
  readonly keyring: Keyring
  readonly jumps: JumpPool
}

/** A transport over ssh. Its connections share parsed keys, jump hosts and the limit on handshakes. */
export function sshTransport(): Transport {
  const shared: Shared = { handshakes: createLimiter(20), keyring: keyring(), jumps: jumpPool() }
  return {
    connect: async (settings, options) => {
      const target = sshTarget(settings, options.log ?? (() => {}))
      if (options.signal) setMaxListeners(0, options.signal) // one for each of many hosts is no leak
      const reached = reach({ target, settings, options, shared, depth: 0 })
      const { login, release } = await unlessAborted(reached, target, options.signal)
      return connectionOver(sshLink(login, target, release), settings)
    },
  }
}

/** What is reached, or an error at once when the caller gives up, also while it waits for others. */
function unlessAborted(reached: Promise<Reached>, target: SshTarget, signal?: AbortSignal): Promise<Reached> {
  if (!signal) return reached
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(aborted(target))
      reached.then(
        ({ login, release }) => logOut(login).then(release),
        () => {},
      )
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    reached.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

type Reach = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly options: ConnectOptions
  readonly shared: Shared
  /** How many jump hosts are being connected to on the way. */
  readonly depth: number
}

type Reached = { readonly login: Login; readonly release: () => void }

/** Logs in to a target, through its jump hosts. */
async function reach(to: Reach): Promise<Reached> {
  const way = await throughJumps(to, to.target.jumps)
  try {
    return { login: await enter(to, way), release: () => way?.release() }
  } catch (error) {
    way?.release()
    throw error
  }
}

function enter({ target, settings, options, shared }: Reach, way: Reached | undefined): Promise<Login> {
  const { log = () => {}, signal } = options
  const { keyring } = shared
  return shared.handshakes(() => logIn({ target, settings, keyring, jump: way?.login.client, log, signal }))
}

/** The connection to the last of these jump hosts, shared by all who go the same way. */
async function throughJumps(to: Reach, jumps: readonly JumpHost[]): Promise<Reached | undefined> {
  const last = jumps.at(-1)
  if (last === undefined) return undefined
  if (to.depth >= 8) throw tooManyJumps(to.target)
  const settings = jumpSettings(last, to.settings)
  const id = JSON.stringify([jumps, settings.privateKeyFile, settings.sshArgs, settings.timeout])
  return to.shared.jumps.take(id, async () => {
    const target = sshTarget(settings, to.options.log ?? (() => {}))
    const hop = { ...to, target, settings, depth: to.depth + 1, options: { log: to.options.log } }
    try {
      if (jumps.length === 1) return await reach(hop)
      const way = await throughJumps(to, jumps.slice(0, -1))
      return { login: await enter(hop, way), release: () => way?.release() }
    } catch (error) {
      throw throughWhom(to.target, error)
    }
  })
}

/** A jump host is asked with the same key and ssh_config, but gets no password, and its key is always checked. */
function jumpSettings({ host, user, port }: JumpHost, settings: ConnectionSettings): ConnectionSettings {
  const { privateKeyFile, privateKeyPassphrase, timeout, become } = settings
  const sshArgs = configArgs(settings.sshArgs ?? [])
  return { kind: 'ssh', host, user, port, privateKeyFile, privateKeyPassphrase, sshArgs, timeout, become }
}

function configArgs(args: readonly string[]): string[] {
  const index = args.findIndex((arg) => arg.startsWith('-F'))
  if (index < 0) return []
  return args[index] === '-F' ? args.slice(index, index + 2) : [args[index]!]
}

function throughWhom({ place }: SshTarget, error: unknown): unknown {
  if (!(error instanceof UnreachableError) || error.code === 'E_PROXY') return error
  const { code, message, details } = error
  return error.with({
    code: 'E_PROXY',
    message: `No way to ${place}: its jump host cannot be used. ${message}`,
    stage: 'connect',
    details: [...details, `(${code})`],
    cause: error,
  })
}

function tooManyJumps({ place }: SshTarget): UnreachableError {
  return new UnreachableError('E_PROXY', `The way to ${place} goes through too many jump hosts.`, 'connect', {
    hint: 'Does a jump host in ssh_config jump through itself?',
  })
}
