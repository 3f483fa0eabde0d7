// Has unknown host keys confirmed, for all hosts at once, before they are connected to.

import { setMaxListeners } from 'node:events'
import type { ConnectionSettings } from '../../model/host.ts'
import type { ConfirmHostKeys, ConnectOptions, UnknownHostKey } from '../program/transport.ts'
import { resolveSshTarget, type SshTarget } from './config/target.ts'
import { handshakeAlgorithms, requestHostCertificate } from './handshake.ts'
import { fetchHostKey } from './hostKey/fetchHostKey.ts'
import { createHostKeyCheck, type HostKeyCheck } from './hostKey/hostKeyCheck.ts'
import { fingerprintCommand, UnknownHostKeyError } from './hostKey/hostKeyErrors.ts'
import {
  fingerprint,
  isListable,
  keyType,
  knownHostsAddress,
  knownHostsLine,
  knownHostsName,
} from './hostKey/knownHosts.ts'
import { addToKnownHosts } from './hostKey/knownHostsFile.ts'
import { acquireJumpHost, jumpSettings, type LoginRequest, type SharedResources } from './jumpLogin.ts'
import type { LoginHandle } from './jumpPool.ts'
import { abortable, withDeadline } from './login.ts'
import { openSocket } from './socket.ts'

type Context = { readonly shared: SharedResources; readonly options: ConnectOptions }

/** What `confirmHostKeys` of a transport does. */
export async function confirmHostKeys(
  hosts: readonly ConnectionSettings[],
  confirm: ConfirmHostKeys,
  context: Context,
): Promise<string[]> {
  const { signal } = context.options
  if (signal) setMaxListeners(0, signal)
  const problems = new Set<string>()
  let pending = await requestsFor(hosts, context)
  while (pending.length > 0) {
    const found = await Promise.all(
      pending.map(async (request) => ({ request, unknown: await unknownKeyOf(request) })),
    )
    const keys = shownKeys(found)
    if (keys.size === 0 || signal?.aborted) break
    const confirmed = await confirm([...keys.keys()])
    const accepted = new Set(confirmed.flatMap((key) => keys.get(key) ?? []))
    for (const error of accepted) for (const problem of accept(error, context)) problems.add(problem)
    // Behind a jump host that can be reached now.
    pending = found.flatMap(({ request, unknown }) =>
      unknown && unknown.target !== request.target && accepted.has(unknown) ? [request] : [],
    )
  }
  return [...problems]
}

/** Those of the hosts of which a key may have to be confirmed: nothing is sent yet. */
async function requestsFor(
  hosts: readonly ConnectionSettings[],
  { shared, options }: Context,
): Promise<LoginRequest[]> {
  const requests = hosts.map(async (settings) => {
    try {
      const target = resolveSshTarget(settings, () => {})
      const request = { target, settings, options, shared, depth: 0 }
      return (await mayBeUnknown(request)) ? [request] : []
    } catch {
      return [] // connecting reports it
    }
  })
  return (await Promise.all(requests)).flat()
}

/** Whether the key of the host, or of a jump host on the way, is not listed. */
async function mayBeUnknown(request: LoginRequest): Promise<boolean> {
  const { target, settings, depth } = request
  if (needsAnswer(target, await checkFor(request))) return true
  if (depth >= 8) return false
  const jumps = target.jumpHosts.map((jump) => {
    const own = jumpSettings(jump, settings)
    const resolved = resolveSshTarget(own, () => {})
    return mayBeUnknown({ ...request, settings: own, target: resolved, depth: depth + 1 })
  })
  return (await Promise.all(jumps)).includes(true)
}

function checkFor({ target, shared: { accepted } }: LoginRequest): Promise<HostKeyCheck> {
  return createHostKeyCheck(target, { accepted, log: () => {} })
}

function needsAnswer(target: SshTarget, { isListed }: HostKeyCheck): boolean {
  return target.strictHostKey === 'ask' && !isListed && isListable(knownHostsAddress(target).host)
}

/** The key of the host, or of a jump host before it, that has to be confirmed first. */
async function unknownKeyOf(request: LoginRequest): Promise<UnknownHostKeyError | undefined> {
  try {
    const check = await checkFor(request)
    const jumpHost = await acquireJumpHost(request, request.target.jumpHosts)
    try {
      return needsAnswer(request.target, check) ? await shownKey(request, jumpHost, check) : undefined
    } finally {
      jumpHost?.release()
    }
  } catch (thrown) {
    const unknown = unknownKeyIn(thrown)
    return unknown && isListable(knownHostsAddress(unknown.target).host) ? unknown : undefined
  }
}

/** Connects to the host for its key. */
function shownKey(
  { target, shared, options: { signal } }: LoginRequest,
  jump: LoginHandle | undefined,
  check: HostKeyCheck,
): Promise<UnknownHostKeyError | undefined> {
  const jumpHost = jump?.login.ssh
  const fetched = async (deadline: AbortSignal): Promise<UnknownHostKeyError | undefined> => {
    const { stream } = await openSocket(target, jumpHost, deadline)
    deadline.addEventListener('abort', () => stream.destroy(), { once: true })
    const key = await fetchHostKey(stream, handshakeAlgorithms(target, check))
    const certificate = check.needsCertificate(key)
      ? await requestHostCertificate({ target, jumpHost }, deadline).catch((error: Error) => error.message)
      : undefined
    const error = check.verify(key, certificate)
    return error instanceof UnknownHostKeyError ? error : undefined
  }
  return shared.handshakes(() =>
    withDeadline({ target, signal }, (deadline) => abortable(deadline, fetched(deadline))),
  )
}

/** The error, or the one that caused it, of a key that may be confirmed. */
function unknownKeyIn(thrown: unknown): UnknownHostKeyError | undefined {
  if (thrown instanceof UnknownHostKeyError) return thrown.target.strictHostKey === 'ask' ? thrown : undefined
  return thrown instanceof Error && thrown.cause !== undefined ? unknownKeyIn(thrown.cause) : undefined
}

/** The same key of the same host is shown once. */
function shownKeys(
  found: readonly { readonly request: LoginRequest; readonly unknown: UnknownHostKeyError | undefined }[],
): Map<UnknownHostKey, UnknownHostKeyError[]> {
  const groups = new Map<string, { hosts: ConnectionSettings[]; errors: UnknownHostKeyError[] }>()
  for (const { request, unknown } of found) {
    if (!unknown) continue
    const line = lineOf(unknown)
    const group = groups.get(line) ?? { hosts: [], errors: [] }
    groups.set(line, group)
    group.errors.push(unknown)
    if (unknown.target === request.target) group.hosts.push(request.settings)
  }
  return new Map([...groups.values()].map(({ hosts, errors }) => [shown(errors[0]!, hosts), errors]))
}

function shown({ target, key }: UnknownHostKeyError, hosts: readonly ConnectionSettings[]): UnknownHostKey {
  const { host, port } = knownHostsAddress(target)
  const type = keyType(key)
  const name = knownHostsName(host, port)
  return { name, type, fingerprint: fingerprint(key), proof: fingerprintCommand(type), hosts }
}

/** Returns why the key is in no file, though it counts during this run. */
function accept(error: UnknownHostKeyError, { shared, options }: Context): string[] {
  const { target, key } = error
  shared.accepted.add(lineOf(error))
  const { message, isKnown } = addToKnownHosts(target, key)
  options.log?.(message)
  return isKnown ? [] : [message]
}

function lineOf({ target, key }: UnknownHostKeyError): string {
  const { host, port } = knownHostsAddress(target)
  return knownHostsLine(host, port, key)
}
