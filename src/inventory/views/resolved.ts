// The variables of a host with their templates evaluated.

import { PlaybookError } from '../../model/errors/error.ts'
import { formatLocation } from '../../model/errors/location.ts'
import type { LoadedHost } from '../vars/hostVars.ts'
import { isMagicVar } from './magicVars.ts'

type ResolvedVars = {
  /** Secrets print as bullets in JSON. Where a variable cannot be evaluated, its error is in its place. */
  readonly vars: { readonly [name: string]: unknown }
  readonly errors: readonly PlaybookError[]
}

/** A host's variables as a play reads them. */
export function resolvedVars(host: LoadedHost): ResolvedVars {
  const errors: PlaybookError[] = []
  const names = Object.keys(host.rawVars).filter((name) => !isMagicVar(name))
  const vars = names.map((name) => {
    const result = varResult(host, name)
    if (result instanceof PlaybookError) errors.push(result)
    return [
      name,
      result instanceof PlaybookError
        ? `${resolvedError(result)}${result.hint ? `  ${result.hint}` : ''}`
        : result,
    ] as const
  })
  return { vars: Object.fromEntries(vars), errors }
}

/** A variable as a play reads it, or the error that says why it cannot be evaluated. */
export function varResult(host: LoadedHost, name: string): unknown {
  try {
    return host.vars[name]
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
}

/** The error in the place of a value: `ERROR hosts.yml:3:9 "prot" is undefined`. */
export function resolvedError({ message, where }: PlaybookError): string {
  return `ERROR ${where ? `${formatLocation(where)} ` : ''}${message}`
}
