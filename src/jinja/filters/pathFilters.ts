// Filters of paths, and of files on the controller.

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { named, plain } from '../values/arguments.ts'
import { itemsOf } from '../values/iterate.ts'
import type { Filter } from '../values/library.ts'
import { str } from '../values/text.ts'
import { PyError, type Value } from '../values/value.ts'

export const pathFilters: { readonly [name: string]: Filter } = {
  basename: plain((value) => /[^/]*$/.exec(str(value))![0]),
  dirname: plain((value) => dirname(str(value))),
  splitext: plain((value) => splitExtension(str(value))),
  normpath: plain((value) => normalized(str(value))),
  realpath: plain((value) => realPath(posix.resolve(str(value)))),
  relpath: named(
    ['start'],
    (value, [start = '.']) => posix.relative(posix.resolve(str(start)), posix.resolve(str(value))) || '.',
  ),
  expanduser: plain((value) => str(value).replace(/^~(?=\/|$)/, () => process.env.HOME ?? homedir())),
  expandvars: plain((value) =>
    str(value).replace(
      /\$(?:(\w+)|\{([^}]*)\})/g,
      (whole, name, braced) => process.env[name ?? braced] ?? whole,
    ),
  ),
  path_join: plain((value) =>
    typeof value === 'string' ? value : itemsOf(value).map(str).reduce(joined, ''),
  ),
  commonpath: plain((value) => commonPath(itemsOf(value).map(str))),
  fileglob: plain((value) => filesOf(str(value))),
  win_basename: plain((value) => win32.basename(str(value))),
  win_dirname: plain((value) => win32.dirname(str(value))),
  win_splitdrive: plain((value) => {
    const [, drive = '', rest = ''] = /^([A-Za-z]:|\\\\[^\\]+\\[^\\]+)?([\s\S]*)$/.exec(str(value))!
    return [drive, rest]
  }),
}

function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1)
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '')
}

/** As os.path.splitext: dots at the beginning of the name do not count. */
function splitExtension(path: string): Value[] {
  const [, extension = ''] = /[^/](?<!(?:^|\/)\.*)(\.[^./]*)$/.exec(path) ?? []
  return [path.slice(0, path.length - extension.length), extension]
}

function normalized(path: string): string {
  const result = posix.normalize(path)
  return result.length > 1 ? result.replace(/\/$/, '') : result
}

/** What exists of a path, without links; what does not stays as it is. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = posix.dirname(path)
  return parent === path ? path : posix.join(realPath(parent), posix.basename(path))
}

function joined(path: string, part: string): string {
  if (part.startsWith('/') || path === '') return part
  return path.endsWith('/') ? path + part : `${path}/${part}`
}

function commonPath(paths: readonly string[]): string {
  if (paths.length === 0) throw new PyError('the list is empty')
  const isAbsolute = paths[0]!.startsWith('/')
  if (paths.some((path) => path.startsWith('/') !== isAbsolute))
    throw new PyError('absolute and relative paths have nothing in common')
  const parts = paths.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'))
  const [first = []] = parts
  const end = first.findIndex((part, index) => parts.some((other) => other[index] !== part))
  return (isAbsolute ? '/' : '') + first.slice(0, end < 0 ? first.length : end).join('/')
}

/** The files that a pattern of a shell matches, with `*` and `?` in the name. */
function filesOf(pattern: string): string[] {
  const folder = posix.dirname(pattern)
  const names = existsSync(folder) ? readdirSync(folder) : []
  const source = posix
    .basename(pattern)
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const regex = new RegExp(`^${source}$`, 's')
  return names
    .filter((name) => regex.test(name) && (!name.startsWith('.') || source.startsWith('\\.')))
    .map((name) => joined(folder === '.' && !pattern.startsWith('.') ? '' : folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()
}
