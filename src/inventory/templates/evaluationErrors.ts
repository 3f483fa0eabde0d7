// The errors of evaluating variables, with their locations and what to do next.

import { plainValue } from '../../jinja/evaluation/concat.ts'
import { undefinedError } from '../../jinja/evaluation/frame.ts'
import { isDict, isList, PyError, Undefined, UndefinedUsed, type Value } from '../../jinja/values/value.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'

/** What `compute` returns, or the error for people that it throws. */
export function valueOrError(compute: () => unknown): unknown {
  try {
    return compute()
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
}

/** Where inside a value the first member is that cannot be evaluated. */
export function brokenPath(value: Value): PropertyKey[] {
  const keys: readonly Value[] = isDict(value) ? [...value.keys()] : isList(value) ? [...value.keys()] : []
  for (const key of keys) {
    let member: Value | undefined
    try {
      member = isDict(value) ? value.get(key) : (value as Value[])[key as number]
      plainValue(member ?? null)
    } catch {
      return [
        typeof key === 'number' ? key : String(key),
        ...(member === undefined ? [] : brokenPath(member)),
      ]
    }
  }
  return []
}

/** The error of a variable, with the place of the braces; `details` say which variable was read. */
export function variableError(error: unknown, variable: string, where: SourceLocation | undefined): unknown {
  const known =
    error instanceof UndefinedUsed
      ? undefinedError(error)
      : error instanceof PyError
        ? new PlaybookError('E_TEMPLATE', error.message, { hint: error.hint })
        : error
  if (!(known instanceof PlaybookError)) return known
  return known.with({ message: `${variable}: ${known.message}`, where: known.where ?? where })
}

/** What a fact is where none are read. */
export function unknownFact(name: string): Undefined {
  const hint =
    'Facts are read after connecting to the host: variables of plays, roles and templates may use them, connection variables may not.'
  return new Undefined(`"${name}" is a fact, which is not known here`, { hint })
}
