// Asks an ssh-agent which keys it has, and lets it sign: certificates and security keys too, which ssh2 leaves out.

import { connect } from 'node:net'
import { sshReader, sshString, sshUint32 } from '../protocol/wireFormat.ts'

/** A key, or a certificate, whose private half an agent has. */
export type AgentKey = { readonly blob: Buffer; readonly type: string; readonly comment: string }

export type AgentClient = {
  /** @throws Error of an agent that cannot be reached, or does not answer as one */
  readonly keys: () => Promise<AgentKey[]>
  /** A signature as it is sent to a server: its algorithm, then its bytes. @throws Error where the agent refuses */
  readonly sign: (blob: Buffer, data: Buffer, algorithm: string) => Promise<Buffer>
}

/** Messages of the agent's protocol (RFC draft-miller-ssh-agent, section 5). */
const message = { failure: 5, list: 11, keys: 12, sign: 13, signature: 14 } as const

/** Which hash an RSA key signs with. */
const flags: { readonly [algorithm: string]: number } = { 'rsa-sha2-256': 2, 'rsa-sha2-512': 4 }

/** The agent behind a socket. Each question has a connection of its own. */
export function agentClient(socket: string): AgentClient {
  return {
    keys: async () => {
      const answer = await ask(socket, Buffer.from([message.list]), message.keys)
      const reader = sshReader(answer)
      const count = reader.uint32()
      return Array.from({ length: count }, () => {
        const blob = Buffer.from(reader.string())
        const comment = reader.string().toString('utf8')
        return { blob, comment, type: sshReader(blob).string().toString('latin1') }
      })
    },
    sign: async (blob, data, algorithm) => {
      const question = [Buffer.from([message.sign]), sshString(blob), sshString(data)]
      const wanted = sshUint32(flags[algorithm] ?? 0)
      const answer = await ask(socket, Buffer.concat([...question, wanted]), message.signature)
      return Buffer.from(sshReader(answer).string())
    },
  }
}

/** The body of the answer to a question. */
function ask(socket: string, question: Buffer, expected: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = connect(socket)
    let heard = Buffer.alloc(0)
    const finish = (body: Buffer) => {
      stream.destroy()
      if (body[0] === expected) resolve(body.subarray(1))
      else reject(new Error(body[0] === message.failure ? 'it refuses' : `it answers ${body[0]}`))
    }
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('it says nothing')))
    stream.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      if (heard.length >= 4 && heard.length >= 4 + heard.readUInt32BE(0)) {
        finish(heard.subarray(4, 4 + heard.readUInt32BE(0)))
      }
    })
    stream.write(sshString(question))
  })
}
