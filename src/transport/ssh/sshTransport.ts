// Transport over ssh.

import { setMaxListeners } from 'node:events'
import { createLimiter } from '../../model/concurrency/limiter.ts'
import { createConnection } from '../connection/connection.ts'
import type { Transport } from '../program/transport.ts'
import { createKeyring } from './auth/keyring.ts'
import { resolveSshTarget, type SshTarget } from './config/target.ts'
import { logInThroughJumps, type SharedResources } from './jumpLogin.ts'
import { createJumpPool, type LoginHandle } from './jumpPool.ts'
import { createSshLink } from './link.ts'
import { abortable, logOut } from './login.ts'
import { abortedError } from './sshErrors.ts'
import { confirmHostKeys } from './unknownHostKeys.ts'

/** Its connections share parsed keys, jump hosts and the limit on handshakes. */
export function createSshTransport(): Transport {
  const shared: SharedResources = {
    handshakes: createLimiter(20),
    keyring: createKeyring(),
    jumps: createJumpPool(),
    accepted: new Set(),
  }
  return {
    connect: async (settings, options) => {
      const target = resolveSshTarget(settings, options.log ?? (() => {}))
      if (options.signal) setMaxListeners(0, options.signal) // one for each of many hosts is no leak
      const connecting = logInThroughJumps({ target, settings, options, shared, depth: 0 })
      const { login, release } = await cancellable(connecting, target, options.signal)
      return createConnection(createSshLink(login, target, release), settings)
    },
    confirmHostKeys: (hosts, confirm, options) => confirmHostKeys(hosts, confirm, { shared, options }),
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
