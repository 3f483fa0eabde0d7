// What of ssh2's inner parts is used here, with the types that it lacks for them.

// @ts-expect-error: no types
import constants from 'ssh2/lib/protocol/constants.js'
// @ts-expect-error: no types
import utils from 'ssh2/lib/protocol/utils.js'

/** A signature of Node's as ssh has it, and back. */
export const { convertSignature, sigSSHToASN1 } = utils as {
  readonly convertSignature: (signature: Buffer, keyType: string) => Buffer
  readonly sigSSHToASN1: (signature: Buffer, algorithm: string) => Buffer | undefined
}

/** Sends a packet that was made by the protocol's writer. */
export const { sendPacket } = utils as { readonly sendPacket: (protocol: object, packet: Buffer) => void }

/** Types of host keys that a client may ask for. */
export const supportedHostKeys = (constants as { readonly SUPPORTED_SERVER_HOST_KEY: string[] })
  .SUPPORTED_SERVER_HOST_KEY
