// Asks a host for its certificate: by a handshake of its own, which ends when it was shown.

import type { Duplex } from 'node:stream'
import ssh2, { type Algorithms } from 'ssh2'
import { type Certificate, decodeCertificate } from '../protocol/certificate.ts'
import { supportedHostKeys } from '../protocol/ssh2Internals.ts'

/** Of RSA there is none here: its certificates bear another name than their signatures. */
const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'].map(
  (type) => `${type}-cert-v01@openssh.com`,
) as Algorithms['serverHostKey'] & string[]

// ssh2 asks for no algorithm that is not in its list, and cannot go on with one of these: it need not here.
supportedHostKeys.push(...types.filter((type) => !supportedHostKeys.includes(type)))

/**
 * The certificate of the host behind a fresh stream, which is used up by it. It proves nothing yet: whoever shows it has
 * not shown that the key is its own.
 *
 * @throws Error where it shows none
 */
export function fetchHostCertificate(stream: Duplex): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const end = (settle: () => void) => {
      settle()
      stream.destroy()
    }
    client.on('error', (error) => end(() => reject(error)))
    client.on('close', () => end(() => reject(new Error('The host ended it.'))))
    client.connect({
      sock: stream,
      username: 'nobody',
      readyTimeout: 0,
      algorithms: { serverHostKey: types },
      hostVerifier: (blob: Buffer, verify: (isGood: boolean) => void) => {
        const certificate = decodeCertificate(Buffer.from(blob))
        end(() => (certificate ? resolve(certificate) : reject(new Error('It cannot be read.'))))
        verify(false)
      },
    })
  })
}
