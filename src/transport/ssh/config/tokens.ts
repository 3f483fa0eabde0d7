// Expands the tokens and variables of ssh_config(5): %h, ${NAME}.

import type { SourceLocation } from '../../../model/errors/location.ts'
import { configError } from './configLine.ts'

/** Replaces the given tokens and `%%`; any other stays as it is. @example expandTokens('%h.lan', { h: 'was-01' }) */
export function expandTokens(text: string, tokens: { readonly [letter: string]: string }): string {
  return text.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)))
}

/**
 * Replaces `${NAME}` by the environment variable.
 *
 * @throws PlaybookError E_SSH_CONFIG if it is not set
 */
export function expandVariables(text: string, where?: SourceLocation): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = process.env[name]
    if (value !== undefined) return value
    throw configError(`${text}: the environment variable ${name} is not set.`, where)
  })
}
