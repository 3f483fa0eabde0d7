// The SHA-256 of a file on the controller.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Lower-case hex. @throws what reading the file throws */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer)
  return hash.digest('hex')
}
