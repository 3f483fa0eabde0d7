// Tests of files on the controller, of URLs, and of the results of tasks.

import { existsSync, lstatSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { truth } from '../values/compare.ts'
import { bindArguments, type Test } from '../values/library.ts'
import { repr, str } from '../values/text.ts'
import { type Dict, isDict, isList, PyError, typeName, type Value } from '../values/value.ts'
import { is } from './kindTests.ts'

const directory = is((value) => statSync(str(value), { throwIfNoEntry: false })?.isDirectory() === true)
const file = is((value) => statSync(str(value), { throwIfNoEntry: false })?.isFile() === true)
const link = is((value) => linkState(str(value))?.isSymbolicLink() === true)
const abs = is((value) => isAbsolute(str(value)))
const mount = is((value) => isMountPoint(resolve(str(value))))
const sameFile: Test = (value, args, kwargs) => {
  const [other] = bindArguments(args, kwargs, ['other'], 1)
  const [a, b] = [statSync(str(value)), statSync(str(other!))]
  return a.dev === b.dev && a.ino === b.ino
}

function linkState(path: string) {
  return lstatSync(path, { throwIfNoEntry: false })
}

function isMountPoint(path: string): boolean {
  const own = linkState(path)
  if (!own || own.isSymbolicLink()) return false
  const parent = statSync(resolve(path, '..'))
  return own.dev !== parent.dev || own.ino === parent.ino
}

const failed = result((task) => truth(task.get('failed') ?? false))
const succeeded = result((task) => !truth(task.get('failed') ?? false))
const changed = result(isChanged)
const skipped = result((task) => truth(task.get('skipped') ?? false))

function result(compute: (task: Dict) => boolean): Test {
  return is((value) => {
    if (isDict(value)) return compute(value)
    throw new PyError(`expects the result of a task, not ${typeName(value)}`)
  })
}

/** A loop has changed something if one of its results has. */
function isChanged(task: Dict): boolean {
  const own = task.get('changed')
  if (own !== undefined) return truth(own)
  const all = task.get('results')
  return isList(all) && all.some((each) => isDict(each) && truth(each.get('changed') ?? false))
}

const schemes = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s

function isUri(value: Value, allowed: readonly string[] = []): boolean {
  const [, scheme = ''] = schemes.exec(str(value)) ?? []
  return allowed.length === 0 || allowed.includes(scheme.toLowerCase())
}

function isUrl(value: Value, allowed?: readonly string[]): boolean {
  const [, scheme = '', rest = str(value)] = schemes.exec(str(value)) ?? []
  return isUri(value, allowed) && (scheme.toLowerCase() === 'file' || /^\/\/[^/?#]/.test(rest))
}

function uriTest(compute: (value: Value, allowed: readonly string[]) => boolean): Test {
  return (value, args, kwargs) => {
    const [allowed = []] = bindArguments(args, kwargs, ['schemes'])
    if (!isList(allowed)) throw new PyError(`expects a list of schemes, not ${repr(allowed)}`)
    return typeof value === 'string' && compute(value, allowed.map(str))
  }
}

export const controllerTests: { readonly [name: string]: Test } = {
  directory,
  is_dir: directory,
  file,
  is_file: file,
  link,
  is_link: link,
  exists: is((value) => existsSync(str(value))),
  link_exists: is((value) => linkState(str(value)) !== undefined),
  abs,
  is_abs: abs,
  mount,
  is_mount: mount,
  same_file: sameFile,
  is_same_file: sameFile,
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: result((task) => truth(task.get('unreachable') ?? false)),
  reachable: result((task) => !truth(task.get('unreachable') ?? false)),
  finished: result((task) => truth(task.get('finished') ?? true)),
  started: result((task) => truth(task.get('started') ?? true)),
  timedout: result((task) => truth(task.get('timedout') ?? false)),
  uri: uriTest(isUri),
  url: uriTest(isUrl),
  urn: uriTest((value) => isUri(value, ['urn'])),
}
