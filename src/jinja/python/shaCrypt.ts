// SHA-crypt, in which Linux stores passwords: $5$ and $6$.

import { createHash, hash as digestOf } from 'node:crypto'

export type CryptKind = 'sha256' | 'sha512'

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The entry of /etc/shadow, by https://www.akkadia.org/drepper/SHA-crypt.txt. Rounds below 1000 and above 999999999 become those. */
export function shaCrypt(kind: CryptKind, password: string, salt: string, rounds: number): string {
  const bounded = Math.min(Math.max(rounds, 1000), 999_999_999)
  const digest = rounded(kind, Buffer.from(password), Buffer.from(salt), bounded)
  const prefix = kind === 'sha256' ? '$5$' : '$6$'
  return `${prefix}${bounded === 5000 ? '' : `rounds=${bounded}$`}${salt}$${encoded(kind, digest)}`
}

/** The names of the steps are those of the specification. */
function rounded(kind: CryptKind, password: Buffer, salt: Buffer, rounds: number): Buffer {
  const hash = (...parts: readonly Uint8Array[]) => {
    const state = createHash(kind)
    for (const part of parts) state.update(part)
    return state.digest()
  }
  const b = hash(password, salt, password)
  const parts = [password, salt, repeated(b, password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? b : password)
  let a = hash(...parts)
  const p = repeated(hash(...Array<Buffer>(password.length).fill(password)), password.length)
  const s = repeated(hash(...Array<Buffer>(16 + a[0]!).fill(salt)), salt.length)
  for (let round = 0; round < rounds; round++) {
    const isOdd = (round & 1) === 1
    const inner = [
      isOdd ? p : a,
      ...(round % 3 === 0 ? [] : [s]),
      ...(round % 7 === 0 ? [] : [p]),
      isOdd ? a : p,
    ]
    a = digestOf(kind, Buffer.concat(inner), 'buffer')
  }
  return a
}

function repeated(block: Buffer, length: number): Buffer {
  return Buffer.concat(Array<Buffer>(Math.ceil(length / block.length)).fill(block)).subarray(0, length)
}

/** Three bytes make four characters, in an order of their own. */
function encoded(kind: CryptKind, digest: Buffer): string {
  const count = kind === 'sha256' ? 10 : 21
  const order = Array.from({ length: count }, (_, index) => {
    const [a, b, c] = [index, index + count, index + 2 * count] as const
    const turn = kind === 'sha256' ? (3 - (index % 3)) % 3 : index % 3
    return turn === 0 ? [a, b, c] : turn === 1 ? [b, c, a] : [c, a, b]
  })
  const groups = order.map((group) =>
    chars(
      group.map((index) => digest[index]!),
      4,
    ),
  )
  const last = kind === 'sha256' ? chars([0, digest[31]!, digest[30]!], 3) : chars([0, 0, digest[63]!], 2)
  return groups.join('') + last
}

function chars([high = 0, middle = 0, low = 0]: readonly number[], count: number): string {
  const word = (high << 16) | (middle << 8) | low
  return Array.from({ length: count }, (_, index) => alphabet[(word >> (6 * index)) & 63]).join('')
}
