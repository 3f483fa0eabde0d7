// Calls functions, filters, tests and lookups.

import type { SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { Arguments, Expression } from '../syntax/nodes.ts'
import { itemsOf } from '../values/iterate.ts'
import { type CallContext, doesTakeUndefined, type Filter, type Test } from '../values/library.ts'
import { SecretScalar, withSecrets } from '../values/secrets.ts'
import {
  defined,
  isDict,
  type Kwargs,
  PyError,
  PyFunction,
  PyObject,
  typeName,
  Undefined,
  UndefinedUsed,
  type Value,
} from '../values/value.ts'
import { attributeOrItem, itemOrAttribute } from './access.ts'
import { type Frame, frameLocation, locatedError, templateError } from './frame.ts'

type CallArguments = { readonly args: readonly Value[]; readonly kwargs: Kwargs }

const noKwargs: Kwargs = new Map()

/** The values of the arguments of a call. */
export function evaluateArguments(
  { positional, named, rest, namedRest }: Arguments,
  frame: Frame,
  evaluate: (expression: Expression, frame: Frame) => Value,
): CallArguments {
  const args = positional.map((each) => evaluate(each, frame))
  if (rest) args.push(...itemsOf(evaluate(rest, frame)))
  if (named.length === 0 && !namedRest) return { args, kwargs: noKwargs }
  const kwargs = new Map(named.map(([name, value]) => [name, evaluate(value, frame)]))
  const others = namedRest && defined(evaluate(namedRest, frame))
  if (isDict(others)) for (const [name, value] of others) kwargs.set(String(name), value)
  return { args, kwargs }
}

/** Calls a function, a macro or a method. */
export function callValue(
  callee: Value,
  { args, kwargs }: CallArguments,
  frame: Frame,
  offset: number,
): Value {
  const known = defined(callee)
  const where = frameLocation(frame, offset)
  if (!(known instanceof PyObject) || !known.call)
    throw templateError(`a ${typeName(known)} cannot be called`, where)
  const call = known.call
  if (known instanceof PyFunction && known.takesAll)
    return captured(frame, offset, '', () => call(args, kwargs))
  const missing = firstUndefined([...args, ...kwargs.values()])
  return missing ?? captured(frame, offset, nameOf(known), () => call(args, kwargs))
}

function nameOf(callee: PyObject): string {
  return callee instanceof PyFunction ? `${callee.repr.slice('<function '.length, -1)}: ` : ''
}

/** `value | name(args)`. */
export function callFilter(...call: LibraryCall): Value {
  return callOfLibrary<Filter>('filter', ({ filters }) => filters, call)
}

/** `value is name(args)`; the answer is no secret. */
export function callTest(...call: LibraryCall): Value {
  const result = callOfLibrary<Test>('test', ({ tests }) => tests, call)
  return result instanceof SecretScalar ? result.scalar : result
}

type LibraryCall = [name: string, value: Value, args: CallArguments, frame: Frame, offset: number]

function callOfLibrary<T extends Filter | Test>(
  kind: 'filter' | 'test',
  table: (library: Frame['environment']['library']) => { readonly [name: string]: T },
  [name, value, { args, kwargs }, frame, offset]: LibraryCall,
): Value {
  const callee = named(kind, table(frame.environment.library), name, frameLocation(frame, offset))
  if (!doesTakeUndefined(callee)) {
    const missing = firstUndefined([value, ...args, ...kwargs.values()])
    if (missing) return missing
  }
  const context = contextOf(frame, offset)
  return captured(frame, offset, `${kind} ${name}: `, () =>
    withSecrets([value, ...args], kwargs, ([input, ...others], others2) =>
      callee(input!, others, others2, context),
    ),
  )
}

/** An undefined value that is used in a call is its result, so that `default` can replace it. */
function captured(frame: Frame, offset: number, prefix: string, call: () => Value): Value {
  try {
    return call()
  } catch (error) {
    if (error instanceof UndefinedUsed) return error.value
    const prefixed = error instanceof PyError ? new PyError(prefix + error.message, error.hint) : error
    throw locatedError(frame, offset, prefixed)
  }
}

function firstUndefined(values: readonly Value[]): Undefined | undefined {
  return values.find((value) => value instanceof Undefined)
}

/** By its name, with or without Ansible's own collection before it. */
function named<T>(
  kind: 'filter' | 'test',
  table: { readonly [name: string]: T },
  name: string,
  where: SourceLocation | undefined,
): T {
  const short = shortName(name)
  if (Object.hasOwn(table, short)) return table[short]!
  const hint =
    didYouMean(short, Object.keys(table)) ?? 'Compute it in TypeScript, and give the result as a variable.'
  throw templateError(`no ${kind} "${name}"`, where, hint)
}

/** A name without the collections whose filters are built in here. */
function shortName(name: string): string {
  return name.replace(
    /^(?:ansible\.(?:builtin|legacy|utils|netcommon|posix)|community\.(?:general|crypto))\./,
    '',
  )
}

function contextOf(frame: Frame, offset: number): CallContext {
  const where = frameLocation(frame, offset)
  const { library, searchPath } = frame.environment
  return {
    where,
    filter: (name, value, args = [], kwargs = noKwargs) =>
      callFilter(name, value, { args, kwargs }, frame, offset),
    test: (name, value, args = [], kwargs = noKwargs) =>
      defined(callTest(name, value, { args, kwargs }, frame, offset)) === true,
    attribute: (value, name) => attributeOrItem(value, name, where),
    item: (value, key) => itemOrAttribute(value, key, where),
    variable: (name) => {
      const value = frame.scope.get(name)
      return value === undefined ? new Undefined(`"${name}" is undefined`, { where }) : value
    },
    has: (kind, name) => Object.hasOwn(kind === 'filter' ? library.filters : library.tests, shortName(name)),
    searchPath,
  }
}

/** The functions `lookup`, and `query` or `q`, whose result is always a list. */
export function lookupFunction(name: string, frame: Frame, offset: number): PyFunction | undefined {
  if (name !== 'lookup' && name !== 'query' && name !== 'q') return undefined
  return new PyFunction(
    name,
    (args, kwargs) => {
      const named = name === 'lookup' ? kwargs : new Map(kwargs).set('wantlist', true)
      return callLookup(args, named, frame, offset)
    },
    { takesAll: true },
  )
}

function callLookup(
  [given, ...terms]: readonly Value[],
  kwargs: Kwargs,
  frame: Frame,
  offset: number,
): Value {
  if (typeof given !== 'string')
    throw new PyError('takes the name of the lookup first', "Write lookup('env', 'HOME').")
  const { lookups } = frame.environment.library
  const short = shortName(given)
  const lookup = Object.hasOwn(lookups, short) ? lookups[short] : undefined
  if (!lookup) {
    const hint = didYouMean(short, Object.keys(lookups)) ?? `Lookups: ${Object.keys(lookups).join(', ')}`
    throw new PyError(`no lookup "${given}"`, hint)
  }
  const own = new Map(kwargs)
  const wantsList = own.get('wantlist') === true
  const onError = own.get('errors') ?? 'strict'
  own.delete('wantlist')
  own.delete('errors')
  if (!doesTakeUndefined(lookup)) for (const each of [...terms, ...own.values()]) defined(each)
  try {
    const found = withSecrets(terms, own, (texts, named) => lookup(texts, named, contextOf(frame, offset)))
    return wantsList ? found : single(found as Value[])
  } catch (error) {
    if (onError === 'strict' || error instanceof UndefinedUsed) throw error
    return wantsList ? [] : null
  }
}

/** One result is itself, several texts are joined by commas. */
function single(found: Value[]): Value {
  if (found.length === 1) return found[0]!
  return found.length > 1 && found.every((each) => typeof each === 'string') ? found.join(',') : found
}
