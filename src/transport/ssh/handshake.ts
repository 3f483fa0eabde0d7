// Performs the ssh handshake: host key, authentication, and the errors of both.

import { type Config, NodeSSH } from 'node-ssh'
import type { Algorithms, Client } from 'ssh2'
import { UnreachableError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'
import type { Authenticator } from './auth/authenticator.ts'
import { offerIdentities } from './auth/identity.ts'
import type { Keyring } from './auth/keyring.ts'
import type { SshTarget } from './config/target.ts'
import { fetchHostCertificate } from './hostKey/fetchHostKey.ts'
import type { AcceptedHostKeys, HostKeyCheck } from './hostKey/hostKeyCheck.ts'
import { preferKnownAlgorithms } from './hostKey/knownHosts.ts'
import type { Certificate } from './protocol/certificate.ts'
import { type HostProposal, missedAlgorithms, recordProposal } from './protocol/hostProposal.ts'
import { usable } from './protocol/ssh2Internals.ts'
import { openSocket, type SshSocket } from './socket.ts'
import { authError, closedDuringLoginError, lostBeforeLoginError, protocolError } from './sshErrors.ts'

// node-ssh logs in, logs out and forwards through jump hosts. Programs run on ssh2's channels, because node-ssh's
// execCommand keeps all output as text until the program ends, and these shells live as long as the run. Its file
// transfers cost SFTP's round trips, cannot become another user, and leave partial files on a lost connection.
export type Login = {
  readonly ssh: NodeSSH
  readonly client: Client
  readonly socket: SshSocket
  /** false: the host's key has changed and is not checked, so that the host may be another one. */
  readonly isAgentForwarded: boolean
}

export type LoginOptions = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly keyring: Keyring
  readonly accepted: AcceptedHostKeys
  /** The login to the jump host before the target. */
  readonly jumpHost?: NodeSSH
  readonly log: (message: string) => void
  readonly signal?: AbortSignal
}

/** A failure before the handshake: a moment later it may work. */
export class RetryableError extends Error {
  readonly error: UnreachableError

  constructor(error: UnreachableError) {
    super(error.message)
    this.error = error
  }
}

type HandshakeContext = {
  readonly check: HostKeyCheck
  readonly auth: Authenticator
  readonly socket: SshSocket
  readonly signal: AbortSignal
}

export async function handshake(options: LoginOptions, context: HandshakeContext): Promise<Login> {
  const { check, socket, auth, signal } = context
  const { target } = options
  const progress: HandshakeProgress = { isDone: false, banner: [] }
  const ssh = new NodeSSH()
  const ready = ssh.connect(connectConfig(options, context, progress))
  const client = ssh.connection!
  const recorded = recordProposal(socket.stream)
  client.once('handshake', recorded.stop)
  watchHandshake(client, options, progress)
  offerIdentities(client, auth.offers)
  const abort = () => socket.stream.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await ready
    const isAgentForwarded = target.forwardedAgent !== undefined && !check.hasKeyChanged()
    return { ssh, client, socket, isAgentForwarded }
  } catch (error) {
    const { hostKeyError, isDone, banner } = progress
    const proxyOutput = hostKeyError ? [] : await socket.proxyErrors()
    socket.stream.destroy()
    const proposal = recorded.read()
    const algorithms = handshakeAlgorithms(target, check)
    throw (
      hostKeyError ??
      loginError(error as SshError, { target, auth, proxyOutput, isDone, banner, proposal, algorithms })
    )
  } finally {
    recorded.stop()
    signal.removeEventListener('abort', abort)
  }
}

type HandshakeProgress = {
  isDone: boolean
  hostKeyError?: UnreachableError
  /** Lines that the host shows before the login. */
  readonly banner: string[]
}

function connectConfig(
  options: LoginOptions,
  { check, auth, socket, signal }: HandshakeContext,
  progress: HandshakeProgress,
): Config {
  const { target } = options
  return {
    sock: socket.stream,
    host: target.host,
    username: target.user,
    readyTimeout: 0, // the deadline is ours
    keepaliveInterval: target.keepaliveMs,
    keepaliveCountMax: 1_000_000, // the link watches for silence: ssh2 counts only answers to its pings
    algorithms: handshakeAlgorithms(target, check),
    hostVerifier: (key: Buffer, verify: (isGood: boolean) => void) => {
      const decide = (shown?: Certificate | string) => {
        progress.hostKeyError = check.verify(key, shown)
        verify(progress.hostKeyError === undefined)
      }
      if (check.needsCertificate(key)) {
        requestHostCertificate(options, signal).then(decide, (error: Error) => decide(error.message))
      } else decide()
    },
    authHandler: auth.handler as never,
    agent: target.forwardedAgent,
  }
}

/** The algorithms to offer, the types of known host keys first. */
export function handshakeAlgorithms({ algorithms }: SshTarget, { entries }: HostKeyCheck): Algorithms {
  return {
    kex: usable('KEX', algorithms.kex),
    cipher: usable('CIPHER', algorithms.cipher),
    hmac: usable('MAC', algorithms.mac),
    serverHostKey: preferKnownAlgorithms(usable('SERVER_HOST_KEY', algorithms.hostKey), entries),
  } as Algorithms
}

function watchHandshake(client: Client, { target, log }: LoginOptions, progress: HandshakeProgress): void {
  client.setMaxListeners(0)
  client.on('error', (error) => log(`ssh: ${error.message}`)) // stays: without it a reset would end the process
  client.on('banner', (text) => {
    log(`${target.endpoint}: ${text.trim()}`)
    progress.banner.push(
      ...text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    )
  })
  client.on('handshake', ({ kex, serverHostKey }) => {
    progress.isDone = true
    log(`${target.endpoint}: ${kex}, ${serverHostKey}`)
  })
  client.on('change password' as 'error', () =>
    client.emit('error', Object.assign(new Error('the password has expired'), authLevel)),
  )
}

/** Connects once more, the same way. */
export async function requestHostCertificate(
  { target, jumpHost }: Pick<LoginOptions, 'target' | 'jumpHost'>,
  signal: AbortSignal,
): Promise<Certificate> {
  const { stream } = await openSocket(target, jumpHost, signal)
  const abort = () => stream.destroy()
  signal.addEventListener('abort', abort, { once: true })
  return fetchHostCertificate(stream, target.algorithms.hostKey).finally(() =>
    signal.removeEventListener('abort', abort),
  )
}

const authLevel = { level: 'client-authentication' }

type SshError = Error & { readonly level?: string; readonly code?: string | number }

type LoginErrorContext = {
  readonly target: SshTarget
  readonly auth: Authenticator
  readonly proxyOutput: readonly string[]
  readonly isDone: boolean
  readonly banner: readonly string[]
  readonly proposal: HostProposal | undefined
  /** What was offered to the host. */
  readonly algorithms: Algorithms
}

function loginError(
  error: SshError,
  { target, auth, proxyOutput, isDone, banner, proposal, algorithms }: LoginErrorContext,
): Error {
  if (error.level === 'client-authentication' || error.level === 'agent') {
    return authError(target, auth.report(proposal), error)
  }
  if (isDone) {
    const isCutDuringAuth = /authentication/i.test(error.message)
    return isCutDuringAuth
      ? authError(target, [...auth.report(proposal), error.message], error)
      : closedDuringLoginError(target, banner.slice(-10), error)
  }
  if (target.proxyCommand !== undefined) return proxyError(target, proxyOutput, error)
  if (error.level === 'handshake')
    return protocolError(target, error, missedAlgorithms(error, proposal, algorithms))
  return new RetryableError(lostBeforeLoginError(target, error))
}

function proxyError({ endpoint, proxyCommand }: SshTarget, details: readonly string[], cause: Error) {
  const message = `The ProxyCommand for ${endpoint} gave no connection.`
  return new UnreachableError('E_PROXY', message, 'connect', {
    details: [...details, `command: ${proxyCommand}`],
    cause,
  })
}
