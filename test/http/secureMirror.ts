// A mirror with a certificate of its own that redirects every request.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type SecureMirror = { readonly url: string; readonly stop: () => void }

export async function secureMirror(location: string): Promise<SecureMirror> {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-mirror-'))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const words = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=x',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  execFileSync('openssl', words, { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.writeHead(302, { location }).end(),
  )
  rmSync(folder, { recursive: true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}/x`, stop: () => server.close() }
}
