// Parses the address of the page: the overview, or a host and one of its tasks.

export type Route = { readonly host?: string; readonly entry?: number }

/** `#/host/web-01/12`: the host, and the column of a task. */
export function routeOf(hash: string): Route {
  const [, name, entry] = /^#\/host\/([^/]+)(?:\/(\d+))?$/.exec(hash) ?? []
  if (name === undefined) return {}
  try {
    return { host: decodeURIComponent(name), entry: entry === undefined ? undefined : Number(entry) }
  } catch {
    return {}
  }
}

export function hostLink(name: string, column?: number): string {
  return `#/host/${encodeURIComponent(name)}${column === undefined ? '' : `/${column}`}`
}
