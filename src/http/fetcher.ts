// Fetches a file to the controller once, from the first mirror that has the right one, and keeps it by its checksum.

import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PlaybookError } from '../model/errors/error.ts'
import type { Checksum, UploadSource } from '../model/step.ts'
import { webFetch } from './proxyFetch.ts'

export type FetchSource = Extract<UploadSource, { kind: 'fetch' }>
export type Fetcher = (source: FetchSource) => Promise<string>

/** Seconds without a byte after which a mirror is given up. */
const stallSeconds = 30

/**
 * A fetcher that keeps what it fetched in `folder` and fetches each file once, whoever asks, through the proxy that the
 * environment names.
 *
 * @throws (from the call) PlaybookError E_DOWNLOAD with a line a mirror: its reason
 */
export function createFetcher(folder: string, signal?: AbortSignal): Fetcher {
  const underway = new Map<string, Promise<string>>()
  return (source) => {
    const { algorithm, hex } = source.checksum
    const target = join(folder, `${algorithm}-${hex}`)
    const fetching =
      underway.get(target) ??
      isIntact(target, source.checksum).then((isKept) =>
        isKept ? target : fetchFirst(source, folder, target, signal),
      )
    underway.set(target, fetching)
    fetching.catch(() => underway.delete(target))
    return fetching
  }
}

/** Whether the file is kept, and is still what it was: a crash, or a bad disk, must not be brought to hosts for good. */
async function isIntact(path: string, { algorithm, hex }: Checksum): Promise<boolean> {
  const hash = createHash(algorithm)
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex') === hex
  } catch {
    return false
  }
}

async function fetchFirst(
  source: FetchSource,
  folder: string,
  target: string,
  signal?: AbortSignal,
): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const reasons: string[] = []
  for (const url of source.urls) {
    const temporary = `${target}.${randomBytes(4).toString('hex')}`
    try {
      await fetchOne(url, temporary, source.checksum, signal)
      renameSync(temporary, target)
      return target
    } catch (thrown) {
      rmSync(temporary, { force: true })
      reasons.push(`${withoutCredentials(url)}   ${reasonOf(thrown)}`)
      if (signal?.aborted) break
    }
  }
  throw new PlaybookError('E_DOWNLOAD', 'No mirror has the right file (fetched to this machine).', {
    details: reasons,
    hint: 'Is the checksum that of another version?',
  })
}

async function fetchOne(
  url: string,
  path: string,
  { algorithm, hex }: Checksum,
  signal?: AbortSignal,
): Promise<void> {
  const stall = new AbortController()
  const signals = signal ? [stall.signal, signal] : [stall.signal]
  let timer = setTimeout(() => stall.abort(), stallSeconds * 1000)
  const hash = createHash(algorithm)
  try {
    const { address, headers } = request(url)
    const fetch = await webFetch()
    const response = await fetch(address, { headers, signal: AbortSignal.any(signals), redirect: 'follow' })
    if (!response.ok || !response.body) throw new Error(`${response.status} ${response.statusText}`.trim())
    const watched = new Transform({
      transform(chunk, _encoding, done) {
        clearTimeout(timer)
        timer = setTimeout(() => stall.abort(), stallSeconds * 1000)
        hash.update(chunk)
        done(null, chunk)
      },
    })
    const file = await open(path, 'w', 0o600) // opened first: a stream that fails early would make it later
    await pipeline(Readable.fromWeb(response.body as never), watched, file.createWriteStream())
  } finally {
    clearTimeout(timer)
  }
  const got = hash.digest('hex')
  if (got !== hex)
    throw new Error(
      `${algorithm.toUpperCase().replace('SHA', 'SHA-')} is ${short(got)}, expected ${short(hex)}`,
    )
}

/** fetch refuses an address with credentials, and shows it: they go into a header. */
function request(url: string): { readonly address: string; readonly headers: Record<string, string> } {
  const parsed = new URL(url)
  const { username, password } = parsed
  if (username === '' && password === '') return { address: url, headers: {} }
  parsed.username = ''
  parsed.password = ''
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { address: parsed.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'AbortError') return `no byte for ${stallSeconds} s`
  const cause = thrown.cause instanceof Error ? thrown.cause.message : undefined
  return cause ?? thrown.message
}

function short(hex: string): string {
  return `${hex.slice(0, 4)}…${hex.slice(-2)}`
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1')
}
