// Gives a fetch that uses HTTP_PROXY, HTTPS_PROXY and NO_PROXY.

/** What the global fetch and undici's have in common. */
type Fetch = (address: string, options: FetchOptions) => Promise<FetchedResponse>

type FetchOptions = {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  readonly redirect: 'manual'
}

export type FetchedResponse = Pick<Response, 'ok' | 'status' | 'statusText' | 'body' | 'headers'>

type Environment = { readonly [name: string]: string | undefined }

const variables = ['http_proxy', 'https_proxy']

/**
 * The fetch for this environment. Node 20's own does not support proxies; undici is loaded only if there is one. As in
 * curl, lower-case names win over upper-case ones, and the proxy's address may hold a password.
 */
export async function createProxyFetch(env: Environment = process.env): Promise<Fetch> {
  if (![...variables, ...variables.map((name) => name.toUpperCase())].some((name) => env[name])) return fetch
  const undici = await loadUndici()
  // Without a tunnel for plain http, because many proxies refuse to tunnel to port 80.
  const dispatcher = new undici.EnvHttpProxyAgent({ proxyTunnel: false })
  return (address, options) => undici.fetch(address, { ...options, dispatcher }) as Promise<FetchedResponse>
}

/** The package has it in its bundle. */
async function loadUndici(): Promise<typeof import('undici')> {
  try {
    return await import('undici')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw thrown
    const { default: bundled } = await import(new URL('../../bundle/undici.cjs', import.meta.url).href)
    return bundled
  }
}
