// Transport over ssh.

import { setMaxListeners } from 'node:events'
import { createLimiter, type Limiter } from '../../model/concurrency/limiter.ts'
import { UnreachableError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'
import { createConnection } from '../connection/connection.ts'
import type { ConnectOptions, Transport } from '../program/transport.ts'
import { createKeyring, type Keyring } from './auth/keyring.ts'
import { type JumpHost, resolveSshTarget, type SshTarget } from './config/target.ts'
import type { Login } from './handshake.ts'
import { createJumpPool, type JumpPool, type LoginHandle } from './jumpPool.ts'
import { createSshLink } from './link.ts'
import { abortable, logIn, logOut } from './login.ts'
import { abortedError } from './sshErrors.ts'

/** What connections of one transport share. */
type SharedResources = {
  /** More than 20 handshakes at once only slow down one another and the rest of the process. */
  readonly handshakes: Limiter
  readonly keyring: Keyring
  readonly jumps: JumpPool
}

/** Its connections share parsed keys, jump hosts and the limit on handshakes. */
export function createSshTransport(): Transport {
  const shared: SharedResources = {
    handshakes: createLimiter(20),
    keyring: createKeyring(),
    jumps: createJumpPool(),
  }
  return {
    connect: async (settings, options) => {
      const target = resolveSshTarget(settings, options.log ?? (() => {}))
      if (options.signal) setMaxListeners(0, options.signal) // one for each of many hosts is no leak
      const connecting = logInThroughJumps({ target, settings, options, shared, depth: 0 })
      const { login, release } = await cancellable(connecting, target, options.signal)
      return createConnection(createSshLink(login, target, release), settings)
    },
  }
}

/** Rejects as soon as the caller cancels, even while waiting for others; a login that still comes is ended. */
async function cancellable(
  connecting: Promise<LoginHandle>,
  target: SshTarget,
  signal?: AbortSignal,
): Promise<LoginHandle> {
  if (!signal) return connecting
  try {
    return await abortable(signal, connecting, () => abortedError(target))
  } catch (error) {
    connecting.then(
      ({ login, release }) => logOut(login).then(release),
      () => {},
    )
    throw error
  }
}

type LoginRequest = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly options: ConnectOptions
  readonly shared: SharedResources
  /** How many jump hosts are being connected to for it. */
  readonly depth: number
}

/** Logs in to a target, through its jump hosts. */
async function logInThroughJumps(request: LoginRequest): Promise<LoginHandle> {
  const jumpHost = await acquireJumpHost(request, request.target.jumpHosts)
  try {
    return { login: await logInLimited(request, jumpHost), release: () => jumpHost?.release() }
  } catch (error) {
    jumpHost?.release()
    throw error
  }
}

function logInLimited(
  { target, settings, options, shared }: LoginRequest,
  jumpHost: LoginHandle | undefined,
): Promise<Login> {
  const { log = () => {}, signal } = options
  const { keyring } = shared
  return shared.handshakes(() =>
    logIn({ target, settings, keyring, jumpHost: jumpHost?.login.ssh, log, signal }),
  )
}

/** A login to the last of these jump hosts, shared by all that go the same way. */
async function acquireJumpHost(
  request: LoginRequest,
  jumps: readonly JumpHost[],
): Promise<LoginHandle | undefined> {
  const last = jumps.at(-1)
  if (last === undefined) return undefined
  if (request.depth >= 8) throw tooManyJumpsError(request.target)
  const settings = jumpSettings(last, request.settings)
  const id = JSON.stringify([jumps, settings.privateKeyFile, settings.sshArgs, settings.timeout])
  return request.shared.jumps.acquire(id, async () => {
    const target = resolveSshTarget(settings, request.options.log ?? (() => {}))
    const hop = {
      ...request,
      target,
      settings,
      depth: request.depth + 1,
      options: { log: request.options.log },
    }
    try {
      if (jumps.length === 1) return await logInThroughJumps(hop)
      const jumpHost = await acquireJumpHost(request, jumps.slice(0, -1))
      return { login: await logInLimited(hop, jumpHost), release: () => jumpHost?.release() }
    } catch (error) {
      throw jumpHostError(request.target, error)
    }
  })
}

/** A jump host gets the same key and ssh_config, but no password, and its host key is always checked. */
function jumpSettings({ host, user, port }: JumpHost, settings: ConnectionSettings): ConnectionSettings {
  const { privateKeyFile, privateKeyPassphrase, timeout, become } = settings
  const sshArgs = configFileArgs(settings.sshArgs ?? [])
  return { kind: 'ssh', host, user, port, privateKeyFile, privateKeyPassphrase, sshArgs, timeout, become }
}

function configFileArgs(args: readonly string[]): string[] {
  const index = args.findIndex((arg) => arg.startsWith('-F'))
  if (index < 0) return []
  return args[index] === '-F' ? args.slice(index, index + 2) : [args[index]!]
}

function jumpHostError({ endpoint }: SshTarget, error: unknown): unknown {
  if (!(error instanceof UnreachableError) || error.code === 'E_PROXY') return error
  const { code, message, details } = error
  return error.with({
    code: 'E_PROXY',
    message: `${endpoint} cannot be reached: its jump host failed. ${message}`,
    stage: 'connect',
    details: [...details, `(${code})`],
    cause: error,
  })
}

function tooManyJumpsError({ endpoint }: SshTarget): UnreachableError {
  const hint = 'Does a jump host in ssh_config jump through itself?'
  return new UnreachableError('E_PROXY', `${endpoint} is behind too many jump hosts.`, 'connect', { hint })
}
