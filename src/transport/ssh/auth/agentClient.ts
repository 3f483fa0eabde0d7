// Client of an ssh-agent, for certificates and security keys too, which ssh2 lacks.

import { connect } from 'node:net'
import { sshReader, sshString, sshUint32 } from '../protocol/wireFormat.ts'

/** A key or certificate whose private half an agent has. */
type AgentKey = { readonly blob: Buffer; readonly type: string; readonly comment: string }

type AgentClient = {
  /** @throws Error if the agent cannot be reached, or its answer is not understood */
  readonly keys: () => Promise<AgentKey[]>
  /** A signature as it is sent to a server: its algorithm, then its bytes. @throws Error if the agent refuses */
  readonly sign: (blob: Buffer, data: Buffer, algorithm: string) => Promise<Buffer>
}

/** Message types of the agent protocol (RFC draft-miller-ssh-agent, section 5). */
const messageTypes = { failure: 5, list: 11, keys: 12, sign: 13, signature: 14 } as const

/** The hash with which an RSA key signs. */
const signatureFlags: { readonly [algorithm: string]: number } = { 'rsa-sha2-256': 2, 'rsa-sha2-512': 4 }

/** The agent behind a socket. Each request has a connection of its own. */
export function createAgentClient(socket: string): AgentClient {
  return {
    keys: async () => {
      const response = await request(socket, Buffer.from([messageTypes.list]), messageTypes.keys)
      const reader = sshReader(response)
      const count = reader.uint32()
      return Array.from({ length: count }, () => {
        const blob = Buffer.from(reader.string())
        const comment = reader.string().toString('utf8')
        return { blob, comment, type: sshReader(blob).string().toString('latin1') }
      })
    },
    sign: async (blob, data, algorithm) => {
      const flags = sshUint32(signatureFlags[algorithm] ?? 0)
      const payload = [Buffer.from([messageTypes.sign]), sshString(blob), sshString(data), flags]
      const response = await request(socket, Buffer.concat(payload), messageTypes.signature)
      return Buffer.from(sshReader(response).string())
    },
  }
}

/** The body of the response. */
function request(socket: string, payload: Buffer, expected: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = connect(socket)
    let received = Buffer.alloc(0)
    const finish = (body: Buffer) => {
      stream.destroy()
      if (body[0] === expected) resolve(body.subarray(1))
      else reject(new Error(body[0] === messageTypes.failure ? 'it refused' : `unexpected answer ${body[0]}`))
    }
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('it closed without an answer')))
    stream.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      if (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
        finish(received.subarray(4, 4 + received.readUInt32BE(0)))
      }
    })
    stream.write(sshString(payload))
  })
}
