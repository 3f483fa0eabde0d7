// Expands the tokens of ssh_config(5): %h, %p, ~.

import { homedir } from 'node:os'
import { join } from 'node:path'

/** Replaces the given tokens and `%%`; any other stays as it is. @example expandTokens('%h.lan', { h: 'was-01' }) */
export function expandTokens(text: string, tokens: { readonly [letter: string]: string }): string {
  return text.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)))
}

/** Replaces a leading `~/` by the home folder. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
