// Finds out which algorithms of ssh a Node.js in FIPS mode refuses.

import { createCipheriv, createHash, createHmac, generateKeyPairSync, getFips, sign } from 'node:crypto'

/** What uses something of OpenSSL, and the use. What its FIPS provider has differs by version, so it is tried. */
const trials: readonly (readonly [RegExp, () => void])[] = [
  [/^curve25519-/, () => generateKeyPairSync('x25519')],
  [/ed25519/, () => sign(null, Buffer.alloc(1), generateKeyPairSync('ed25519').privateKey)],
  [/^chacha20-/, () => createCipheriv('chacha20', Buffer.alloc(32), Buffer.alloc(16))],
  [
    /^3des-/,
    () => createCipheriv('des-ede3-cbc', Buffer.alloc(24, 'abcdefgh12345678ABCDEFGH'), Buffer.alloc(8)),
  ],
  [/^hmac-md5/, () => createHmac('md5', 'key')],
  [/^hmac-sha1/, () => createHmac('sha1', 'key')],
  [/^diffie-hellman-.*-sha1$|^ssh-rsa$/, () => createHash('sha1')],
]

let refusedForms: readonly RegExp[] | undefined

/** Whether Node.js can use an algorithm; outside of FIPS mode, it can all that ssh2 knows. */
export function isRefusedByFips(name: string): boolean {
  refusedForms ??= getFips() === 0 ? [] : trials.filter(([, use]) => !succeeds(use)).map(([form]) => form)
  return refusedForms.some((form) => form.test(name))
}

function succeeds(use: () => void): boolean {
  try {
    use()
    return true
  } catch {
    return false
  }
}
