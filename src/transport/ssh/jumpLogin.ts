// Logs in to hosts through their jump hosts.

import type { Limiter } from '../../model/concurrency/limiter.ts'
import { UnreachableError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'
import type { ConnectOptions } from '../program/transport.ts'
import type { Keyring } from './auth/keyring.ts'
import { type JumpHost, resolveSshTarget, type SshTarget } from './config/target.ts'
import type { Login } from './handshake.ts'
import type { AcceptedHostKeys } from './hostKey/hostKeyCheck.ts'
import type { JumpPool, LoginHandle } from './jumpPool.ts'
import { logIn } from './login.ts'

/** What connections of one transport share. */
export type SharedResources = {
  /** More than 20 handshakes at once only slow down one another and the rest of the process. */
  readonly handshakes: Limiter
  readonly keyring: Keyring
  readonly jumps: JumpPool
  /** What somebody accepted during this run. */
  readonly accepted: AcceptedHostKeys
}

export type LoginRequest = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly options: ConnectOptions
  readonly shared: SharedResources
  /** How many jump hosts are being connected to for it. */
  readonly depth: number
}

/** Logs in to a target, through its jump hosts. */
export async function logInThroughJumps(request: LoginRequest): Promise<LoginHandle> {
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
  const { keyring, accepted } = shared
  return shared.handshakes(() =>
    logIn({ target, settings, keyring, accepted, jumpHost: jumpHost?.login.ssh, log, signal }),
  )
}

/** A login to the last of these jump hosts, shared by all that go the same way. */
export async function acquireJumpHost(
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
export function jumpSettings(
  { host, user, port }: JumpHost,
  settings: ConnectionSettings,
): ConnectionSettings {
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
