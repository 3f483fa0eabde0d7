// Fetches an address and its redirects, and sends credentials to no other host.

import { createProxyFetch, type FetchedResponse } from './proxyFetch.ts'

const mostRedirects = 20

/**
 * The response of an address, or of the one it redirects to. The address may have credentials: fetch refuses those, and
 * shows them in its error, so they are sent in a header, and only to the host they are for.
 *
 * @throws Error for a redirect from https to http or to another protocol, and for more than 20 redirects
 */
export async function fetchFollowing(url: string, signal: AbortSignal): Promise<FetchedResponse> {
  const fetch = await createProxyFetch()
  let at = new URL(url)
  for (let count = 0; count <= mostRedirects; count++) {
    const { address, headers } = request(at)
    const response = await fetch(address, { headers, signal, redirect: 'manual' })
    const location = response.headers.get('location')
    if (location === null || response.status < 300 || response.status > 399) return response
    await response.body?.cancel()
    at = redirected(at, location)
  }
  throw new Error(`more than ${mostRedirects} redirects`)
}

function redirected(from: URL, location: string): URL {
  const to = new URL(location, from)
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw new Error(`redirects from https to http://${to.host}, which is not encrypted`)
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw new Error('redirects to an address of another kind')
  if (to.host === from.host && to.username === '' && to.password === '') {
    to.username = from.username
    to.password = from.password
  }
  return to
}

function request(url: URL): { readonly address: string; readonly headers: Record<string, string> } {
  const { username, password } = url
  if (username === '' && password === '') return { address: url.href, headers: {} }
  const plain = new URL(url)
  plain.username = ''
  plain.password = ''
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { address: plain.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}
