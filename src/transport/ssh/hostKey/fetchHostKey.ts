// Fetches a host's key, or its certificate, by a handshake that ends once it was shown.

import type { Duplex } from 'node:stream'
import ssh2, { type Algorithms } from 'ssh2'
import { type Certificate, decodeCertificate } from '../protocol/certificate.ts'
import { supportedHostKeys, usableDefaults } from '../protocol/ssh2Internals.ts'

/** Without RSA: its certificates are named differently from their signatures. */
const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'].map(
  (type) => `${type}-cert-v01@openssh.com`,
) as Algorithms['serverHostKey'] & string[]

// ssh2 requests only algorithms in its list, and cannot continue with one of these, which is not needed here.
supportedHostKeys.push(...types.filter((type) => !supportedHostKeys.includes(type)))

/**
 * The key of the host behind a fresh stream, which it uses up. It proves nothing yet: whoever shows it has not shown that
 * they own it.
 *
 * @throws Error if the host shows none
 */
export function fetchHostKey(stream: Duplex, algorithms: Algorithms): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const end = (settle: () => void) => {
      settle()
      stream.destroy()
    }
    client.on('error', (error) => end(() => reject(error)))
    client.on('close', () => end(() => reject(new Error('The host closed the connection.'))))
    client.connect({
      sock: stream,
      username: 'nobody',
      readyTimeout: 0,
      algorithms: { ...usableDefaults(), ...algorithms },
      hostVerifier: (blob: Buffer, verify: (isGood: boolean) => void) => {
        const key = Buffer.from(blob)
        end(() => resolve(key))
        verify(false)
      },
    })
  })
}

/**
 * The certificate of the host behind a fresh stream, as `fetchHostKey`.
 *
 * @param allowed the algorithms of HostKeyAlgorithms
 * @throws Error if the host shows none
 */
export async function fetchHostCertificate(stream: Duplex, allowed: readonly string[]): Promise<Certificate> {
  const serverHostKey = types.filter((type) => allowed.includes(type)) as typeof types
  const certificate = decodeCertificate(await fetchHostKey(stream, { serverHostKey }))
  if (!certificate) throw new Error('It is not readable.')
  return certificate
}
