// The parts of a URL, as Python's urlsplit names them.

import { type Dict, PyError } from '../values/value.ts'

export function urlParts(url: string): Dict {
  const [, scheme = '', rest = url] = /^([A-Za-z][A-Za-z0-9+.-]*):([\s\S]*)$/.exec(url) ?? []
  const [, authority, path = '', query, fragment] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(rest) ?? []
  const netloc = authority ?? ''
  const at = netloc.lastIndexOf('@')
  const account = at < 0 ? undefined : netloc.slice(0, at)
  const [, username, password] = /^([^:]*)(?::([\s\S]*))?$/.exec(account ?? '') ?? []
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(netloc.slice(at + 1)) ?? []
  return new Map(
    Object.entries({
      fragment: fragment ?? '',
      hostname: host ? host.replace(/^\[|\]$/g, '').toLowerCase() : null,
      netloc,
      password: account === undefined ? null : (password ?? null),
      path,
      port: port ? portOf(port) : null,
      query: query ?? '',
      scheme: scheme.toLowerCase(),
      username: account === undefined ? null : username!,
    }),
  )
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new PyError(`"${text}" is no port`, 'A port is a number from 0 to 65535.')
}
