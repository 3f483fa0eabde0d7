// Finds configuration files of this machine, to edit copies of their texts at random.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type RealFile = { readonly path: string; readonly text: string }

const nodeModules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** Further folders, separated by colons: `FORMATS_ROOTS=/srv/files node dist/test/formats/fuzz.test.js`. */
const further = (process.env.FORMATS_ROOTS ?? '').split(':').filter(Boolean)

/**
 * Up to `limit` different texts in UTF-8 below the folders (all of them with FORMATS_ROOTS), in the order of their paths.
 */
export function realFiles(folders: readonly string[], name: RegExp, limit: number): RealFile[] {
  const seen = new Set<string>()
  const found: RealFile[] = []
  const isFull = () => further.length === 0 && found.length >= limit
  const visit = (folder: string, depth: number) => {
    for (const entry of entriesOf(folder)) {
      if (isFull()) return
      const path = join(folder, entry.name)
      if (entry.isDirectory() && depth < 8) visit(path, depth + 1)
      else if (entry.isFile() && name.test(path)) add(path)
    }
  }
  const add = (path: string) => {
    const bytes = bytesOf(path)
    if (!bytes || bytes.length === 0 || bytes.includes(0)) return
    const text = bytes.toString('utf8')
    const digest = createHash('sha1').update(bytes).digest('hex')
    if (seen.has(digest) || !Buffer.from(text).equals(bytes)) return
    seen.add(digest)
    found.push({ path, text })
  }
  for (const folder of [...folders, ...further]) visit(folder === 'node_modules' ? nodeModules : folder, 0)
  return found
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return statSync(path).size > (further.length > 0 ? 60_000 : 12_000) ? undefined : readFileSync(path)
  } catch {
    return undefined
  }
}
