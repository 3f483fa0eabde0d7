// Fetches a small text to the controller, once for each address.

import { PlaybookError } from '../model/errors/error.ts'

const limitBytes = 1024 * 1024
const limitSeconds = 30
const texts = new Map<string, Promise<string>>()

/**
 * The text at an address, at most 1 MiB of UTF-8, by way of the proxy of the environment. It is fetched once for a run,
 * however many hosts need it.
 *
 * @throws PlaybookError E_FETCH with the reason
 */
export function fetchText(url: string): Promise<string> {
  const fetching = texts.get(url) ?? fetchOnce(url)
  texts.set(url, fetching)
  return fetching
}

async function fetchOnce(url: string): Promise<string> {
  const shown = url.replace(/^(\w+:\/\/)[^/?#]*@/, '$1').replace(/\?.*$/, '?…')
  try {
    const { fetchFollowing } = await import('./followRedirects.ts')
    const response = await fetchFollowing(url, AbortSignal.timeout(limitSeconds * 1000))
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim())
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of response.body ?? []) {
      size += part.length
      if (size > limitBytes) throw new Error('it is larger than 1 MiB')
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  } catch (cause) {
    texts.delete(url)
    const reason = (cause as Error & { cause?: Error }).cause?.message ?? (cause as Error).message
    throw new PlaybookError('E_FETCH', `${shown} cannot be fetched: ${reason}`, { cause })
  }
}
