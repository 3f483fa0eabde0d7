// Fetches files to the controller once, and caches them by checksum.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeFolder } from '../files/makeFolder.ts'
import { replaceFileBy } from '../files/replaceFile.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { Checksum, UploadSource } from '../model/step.ts'
import { fetchFollowing } from './followRedirects.ts'

type FetchSource = Extract<UploadSource, { kind: 'fetch' }>
type Fetcher = (source: FetchSource, onBytes?: OnBytes) => Promise<string>
/** Counts bytes that come, and how many there are in all where the server says so. */
type OnBytes = (added: number, total: number | undefined) => void

/** Seconds without data after which a mirror is abandoned, where the source does not say. */
const stallSeconds = 30

/**
 * A fetcher that stores files in `folder`, and fetches each once, from the first mirror that has the right one, through
 * the proxy of the environment.
 *
 * @throws (from the call) PlaybookError E_DOWNLOAD with one line per mirror: its reason
 */
export function createFetcher(folder: string, signal?: AbortSignal): Fetcher {
  const pending = new Map<string, Promise<string>>()
  /** By target, those who wait for it. */
  const counting = new Map<string, OnBytes[]>()
  return (source, onBytes) => {
    const { algorithm, hex } = source.checksum
    const target = join(folder, `${algorithm}-${hex}`)
    const fetching =
      pending.get(target) ??
      isIntact(target, source.checksum).then((isKept) =>
        isKept
          ? target
          : fetchFirst(source, folder, target, {
              signal,
              onBytes: (...bytes) => {
                for (const count of counting.get(target) ?? []) count(...bytes)
              },
            }),
      )
    if (onBytes) counting.set(target, [...(counting.get(target) ?? []), onBytes])
    pending.set(target, fetching)
    fetching.catch(() => pending.delete(target))
    return fetching
  }
}

/** Whether the file is cached and unchanged: what a crash or a bad disk corrupted must not reach hosts. */
async function isIntact(path: string, { algorithm, hex }: Checksum): Promise<boolean> {
  const hash = createHash(algorithm)
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex') === hex
  } catch {
    return false
  }
}

type FetchOptions = { readonly signal: AbortSignal | undefined; readonly onBytes: OnBytes }

async function fetchFirst(
  source: FetchSource,
  folder: string,
  target: string,
  options: FetchOptions,
): Promise<string> {
  makeFolder(folder)
  const reasons: string[] = []
  for (const url of source.urls) {
    try {
      await replaceFileBy(target, (temporary) => fetchOne(url, temporary, source, options))
      return target
    } catch (thrown) {
      reasons.push(`${withoutCredentials(url)}   ${reasonOf(thrown, source)}`)
      if (options.signal?.aborted) break
    }
  }
  const isOther = reasons.some((reason) => / is \S+, expected /.test(reason))
  throw new PlaybookError(
    'E_DOWNLOAD',
    'No mirror has the file with this checksum (fetched to this machine).',
    {
      details: reasons,
      hint: isOther
        ? 'Is the checksum for a different version?'
        : "Can this machine reach them? via: 'host' lets the host fetch it.",
    },
  )
}

async function fetchOne(
  url: string,
  path: string,
  { checksum: { algorithm, hex }, timeout = stallSeconds }: FetchSource,
  { signal, onBytes }: FetchOptions,
): Promise<void> {
  const stall = new AbortController()
  const signals = signal ? [stall.signal, signal] : [stall.signal]
  let timer = setTimeout(() => stall.abort(), timeout * 1000)
  const hash = createHash(algorithm)
  try {
    const response = await fetchFollowing(url, AbortSignal.any(signals))
    if (!response.ok || !response.body) throw new Error(`${response.status} ${response.statusText}`.trim())
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    const total = Number.isNaN(length) ? undefined : length
    const watched = new Transform({
      transform(chunk, _encoding, done) {
        clearTimeout(timer)
        timer = setTimeout(() => stall.abort(), timeout * 1000)
        hash.update(chunk)
        onBytes(chunk.length, total)
        done(null, chunk)
      },
    })
    const file = await open(path, 'w', 0o600) // opened first: a stream that fails early would make it later
    await pipeline(Readable.fromWeb(response.body as never), watched, file.createWriteStream())
  } finally {
    clearTimeout(timer)
  }
  const actual = hash.digest('hex')
  if (actual !== hex) {
    const name = algorithm.toUpperCase().replace('SHA', 'SHA-')
    throw new Error(`${name} is ${short(actual)}, expected ${short(hex)}`)
  }
}

function reasonOf(thrown: unknown, { timeout = stallSeconds }: FetchSource): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'AbortError') return `no data for ${timeout} s`
  const cause = thrown.cause instanceof Error ? thrown.cause.message : undefined
  return cause ?? thrown.message
}

function short(hex: string): string {
  return `${hex.slice(0, 4)}…${hex.slice(-2)}`
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1')
}
