// Defines what a part of a template can see: names, output, the template itself.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { maskRevealed } from '../../model/secrets/masker.ts'
import type { TemplateBlock } from '../syntax/nodes.ts'
import type { ParsedTemplate } from '../syntax/parse.ts'
import type { Library } from '../values/library.ts'
import { PyError, type UndefinedUsed, type Value } from '../values/value.ts'
import type { Scope } from './scope.ts'

/** What a template is evaluated with. */
export type TemplateEnvironment = {
  readonly library: Library
  /** A variable, evaluated when it is read. */
  readonly variable: (name: string) => Value | undefined
  /** The names of all variables, for suggestions. */
  readonly variableNames: () => Iterable<string>
  /** Another template by the name that `include` gives; undefined if there is none. */
  readonly load: (name: string) => ParsedTemplate | undefined
  /** Seconds that an evaluation may take. Default 10. */
  readonly timeLimit?: number
  /** The folders of templates and of the lookup `file`, the nearest first. */
  readonly searchPath: readonly string[]
}

/** A template's own context: parents of it, by `extends`, share it. */
export type TemplateContext = {
  readonly top: Scope
  /** For each name the blocks of that name, the overriding one first. */
  readonly blocks: Map<string, { readonly block: TemplateBlock; readonly template: ParsedTemplate }[]>
  parent: ParsedTemplate | undefined
}

export type Frame = {
  readonly environment: TemplateEnvironment
  readonly context: TemplateContext
  readonly template: ParsedTemplate
  readonly scope: Scope
  /** What is written: texts and values. */
  readonly out: Value[]
}

/** Where an offset of the frame's template is. */
export function frameLocation(frame: Frame, offset: number): SourceLocation | undefined {
  return frame.template.locate(offset)
}

/** Runs `work`; an error of it without a place gets that of `offset`. */
export function withErrorLocation<T>(frame: Frame, offset: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw locatedError(frame, offset, error)
  }
}

/** An error with the place of `offset`, unless it has one. */
export function locatedError(frame: Frame, offset: number, error: unknown): unknown {
  const where = frameLocation(frame, offset)
  if (error instanceof PyError)
    return templateError(maskRevealed(error.message), where, error.hint && maskRevealed(error.hint))
  if (error instanceof PlaybookError && !error.where) return error.with({ where })
  return error
}

/** The error for what a template does wrong. */
export function templateError(
  message: string,
  where: SourceLocation | undefined,
  hint?: string,
): PlaybookError {
  return new PlaybookError('E_TEMPLATE', message, { where, hint })
}

/** The error that an undefined value is where a value is required. */
export function undefinedError({ value }: UndefinedUsed): PlaybookError {
  return new PlaybookError('E_UNDEFINED', value.message, { where: value.where, hint: value.hint })
}
