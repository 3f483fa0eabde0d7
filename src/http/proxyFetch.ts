// Fetches from the web, through the proxy that the environment names: HTTP_PROXY, HTTPS_PROXY, NO_PROXY.

/** As of the web's own: undici's has the same. */
export type Fetch = (address: string, options: FetchOptions) => Promise<FetchedResponse>

export type FetchOptions = {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  readonly redirect: 'follow'
}

export type FetchedResponse = Pick<Response, 'ok' | 'status' | 'statusText' | 'body'>

type Environment = { readonly [name: string]: string | undefined }

const names = ['http_proxy', 'https_proxy']

/**
 * The fetch for this environment. Node 20's own knows no proxies; undici is loaded only where there is one. As curl, it
 * takes a name in small letters before one in capitals, and a password in the proxy's address.
 */
export async function webFetch(env: Environment = process.env): Promise<Fetch> {
  if (![...names, ...names.map((name) => name.toUpperCase())].some((name) => env[name])) return fetch
  const undici = await import('undici')
  // A proxy is asked for plain addresses, not for a tunnel to them, which many refuse to port 80.
  const dispatcher = new undici.EnvHttpProxyAgent({ proxyTunnel: false })
  return (address, options) => undici.fetch(address, { ...options, dispatcher }) as Promise<FetchedResponse>
}
