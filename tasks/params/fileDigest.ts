// The digest of a file on the controller.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Lower-case hex. @throws what reading the file throws */
export async function digestOf(path: string, algorithm = 'sha256'): Promise<string> {
  const hash = createHash(algorithm)
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer)
  return hash.digest('hex')
}
