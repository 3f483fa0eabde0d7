// Types the internal functions of ssh2 that are used here.

import type { Algorithms } from 'ssh2'
// @ts-expect-error: no types
import constants from 'ssh2/lib/protocol/constants.js'
// @ts-expect-error: no types
import utils from 'ssh2/lib/protocol/utils.js'
import { isRefusedByFips } from './fipsLimits.ts'

/** Convert a signature between Node's format and ssh's. */
export const { convertSignature, sigSSHToASN1 } = utils as {
  readonly convertSignature: (signature: Buffer, keyType: string) => Buffer
  readonly sigSSHToASN1: (signature: Buffer, algorithm: string) => Buffer | undefined
}

/** Sends a packet made by the protocol's writer. */
export const { sendPacket } = utils as { readonly sendPacket: (protocol: object, packet: Buffer) => void }

type Kind = 'KEX' | 'CIPHER' | 'MAC' | 'SERVER_HOST_KEY'

const supported = constants as { readonly [kind in `SUPPORTED_${Kind}` | `DEFAULT_${Kind}`]: string[] }

/** Types of host keys that a client may request. */
export const supportedHostKeys = supported.SUPPORTED_SERVER_HOST_KEY

/** Those that ssh2 can use with this Node.js, but no certificates, which it can only be made to request. */
export function usable(kind: Kind, names: readonly string[]): string[] {
  return names.filter((name) => supported[`SUPPORTED_${kind}`].includes(name) && !name.includes('-cert-'))
}

/** What ssh2 offers where nothing is named, without what this Node.js refuses. */
export function usableDefaults(): Pick<Algorithms, 'kex' | 'cipher' | 'hmac'> {
  const list = (kind: Kind) => supported[`DEFAULT_${kind}`].filter((name) => !isRefusedByFips(name))
  return { kex: list('KEX'), cipher: list('CIPHER'), hmac: list('MAC') } as Algorithms
}
