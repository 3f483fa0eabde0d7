// HTTP server program: `node mirrorServer.js ADDRESS PORT SOURCES PACKAGES`.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { corruptingStream } from './corruptingStream.ts'

/** The folder that each first path segment serves. */
export type Shares = { readonly sources: string; readonly packages: string }

/** A file to send, whole or corrupted. */
type Target = { readonly file: string; readonly isCorrupt: boolean }

/**
 * The file behind a URL path; pure. `/dist/…` are the sources, `/packages/…` RPMs or debs, `/corrupt/dist/…` the sources with
 * wrong bytes (their .sha512 files whole), and anything else, `/missing/…` among them, is not there.
 */
export function resolveTarget(shares: Shares, path: string): Target | undefined {
  const parts = normalize(path).split('/').filter(Boolean)
  const isCorrupt = parts[0] === 'corrupt'
  const [share, ...rest] = isCorrupt ? parts.slice(1) : parts
  if (share === 'dist') {
    const file = join(shares.sources, 'dist', ...rest)
    return { file, isCorrupt: isCorrupt && !file.endsWith('.sha512') }
  }
  const index = path.endsWith('/') ? ['index.html'] : []
  return share === 'packages' && !isCorrupt
    ? { file: join(shares.packages, ...rest, ...index), isCorrupt }
    : undefined
}

/** The server, not yet listening. `/lab` answers with the shares as JSON, so that who asks knows what is served. */
function mirrorServer(shares: Shares, log: (line: string) => void) {
  return createServer((request, response) => {
    response.on('close', () => log(`${request.method} ${request.url} ${response.statusCode}`))
    answer(shares, request, response).catch(() => response.writeHead(500).end())
  })
}

async function answer(shares: Shares, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/')
  if (path === '/lab') return void response.end(JSON.stringify(shares))
  const target = resolveTarget(shares, path)
  const info = target && (await stat(target.file).catch(() => undefined))
  if (!target || !info?.isFile()) return void response.writeHead(404).end('404 Not Found\n')
  response.writeHead(200, {
    'Content-Length': info.size,
    'Content-Type': target.file.endsWith('.html') ? 'text/html' : 'application/octet-stream',
    'Last-Modified': info.mtime.toUTCString(),
  })
  if (request.method === 'HEAD') return void response.end()
  const bytes = createReadStream(target.file)
  bytes.on('error', () => response.destroy())
  if (target.isCorrupt) bytes.pipe(corruptingStream()).pipe(response)
  else bytes.pipe(response)
}

function main([address, port, sources = '', packages = '']: string[]): void {
  const log = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`)
  mirrorServer({ sources, packages }, log).listen(Number(port), address, () =>
    log(`listening on ${address}:${port}`),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))
