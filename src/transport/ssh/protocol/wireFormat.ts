// Reads and writes the ssh protocol's data types (RFC 4251, section 5).

/** A `string`: its length, then its bytes. */
export function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([sshUint32(bytes.length), bytes])
}

export function sshUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

type SshReader = {
  /** @throws RangeError past the end, like the others */
  readonly string: () => Buffer
  readonly uint32: () => number
  readonly uint64: () => bigint
  /** The position after what was read so far. */
  readonly offset: () => number
}

/** Reads values one after the other. */
export function sshReader(bytes: Buffer, from = 0): SshReader {
  let offset = from
  const uint32 = () => {
    const value = bytes.readUInt32BE(offset)
    offset += 4
    return value
  }
  return {
    uint32,
    uint64: () => {
      const value = bytes.readBigUInt64BE(offset)
      offset += 8
      return value
    },
    string: () => {
      const end = uint32() + offset
      if (end > bytes.length) throw new RangeError('The value ends before its length.')
      const value = bytes.subarray(offset, end)
      offset = end
      return value
    },
    offset: () => offset,
  }
}

/** The length of an RSA key; undefined: another type of key. */
export function rsaBits(key: Buffer): number | undefined {
  const reader = sshReader(key)
  if (reader.string().toString('latin1') !== 'ssh-rsa') return undefined
  reader.string() // the exponent
  const modulus = reader.string().toString('hex').replace(/^0+/, '')
  return modulus === '' ? 0 : modulus.length * 4 - Math.clz32(Number.parseInt(modulus[0]!, 16)) + 28
}
