// Reads which algorithms a host offers, from the first bytes that it sends.

import type { Duplex } from 'node:stream'
import type { Algorithms } from 'ssh2'
import { sshReader } from './wireFormat.ts'

/** The lists that a host sends before keys are exchanged, the preferred name first. */
export type HostProposal = {
  readonly kex: readonly string[]
  readonly hostKey: readonly string[]
  readonly cipher: readonly string[]
  readonly mac: readonly string[]
}

/** More than any ident and any lists take. */
const maxBytes = 64 * 1024
const kexInit = 20

/** Keeps what a stream brings, which another reads, until `stop`; `read` gives the host's lists, once they are there. */
export function recordProposal(stream: Duplex) {
  const chunks: Buffer[] = []
  let length = 0
  const stop = () => stream.off('data', record)
  const record = (bytes: Buffer) => {
    chunks.push(bytes)
    length += bytes.length
    if (length > maxBytes) stop()
  }
  stream.on('data', record)
  return { stop, read: () => readProposal(Buffer.concat(chunks)) }
}

/** Lines of text, the host's ident, and its first packet, which is not encrypted (RFC 4253, sections 4.2, 6 and 7.1). */
function readProposal(bytes: Buffer): HostProposal | undefined {
  const ident = /^SSH-[^\n]*\n/m.exec(bytes.toString('latin1'))
  if (!ident) return undefined
  const payload = ident.index + ident[0].length + 5
  if (bytes[payload] !== kexInit) return undefined
  const reader = sshReader(bytes, payload + 17)
  const list = () => reader.string().toString('latin1').split(',').filter(Boolean)
  try {
    const [kex, hostKey, cipher, , mac] = [list(), list(), list(), list(), list()]
    return { kex: kex.filter((name) => !/^(?:ext-info|kex-strict)-/.test(name)), hostKey, cipher, mac }
  } catch {
    return undefined
  }
}

const kinds = [
  [/key exchange/, 'kex', 'kex'],
  [/host key/, 'hostKey', 'serverHostKey'],
  [/cipher/, 'cipher', 'cipher'],
  [/MAC/, 'mac', 'hmac'],
] as const

/** What both sides offer where ssh2 found nothing that matches. */
export function missedAlgorithms(
  { message }: Error,
  proposal: HostProposal | undefined,
  algorithms: Algorithms,
): string[] {
  const kind = kinds.find(([form]) => /no matching/.test(message) && form.test(message))
  if (!kind || !proposal) return []
  const own = algorithms[kind[2]] as readonly string[]
  return [`the host offers: ${proposal[kind[1]].join(', ')}`, `allowed here: ${own.join(', ')}`]
}
