// The tokens of ssh_config(5): `%h`, `%p`, `~`.

import { homedir } from 'node:os'
import { join } from 'node:path'

/** Puts in the tokens given, and `%%`; one not given stays as it is. @example expandTokens('%h.lan', { h: 'was-01' }) */
export function expandTokens(text: string, tokens: { readonly [letter: string]: string }): string {
  return text.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)))
}

/** A path with its leading `~/` put in full. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
