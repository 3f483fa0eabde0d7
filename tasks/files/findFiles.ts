// The fact findFiles: the files of a host that meet conditions.

import { absolutePath, PlaybookError, type Probe, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { pattern } from '../params/patterns.ts'
import { type FoundFile, foundFiles } from './findFiles/foundFiles.ts'

export type { FoundFile } from './findFiles/foundFiles.ts'

const age = z
  .union([z.int(), z.string().regex(/^-?\d+[smhdw]?$/, "expected an age such as '30d', '12h' or '-1w'")])
  .transform((value) => measured(value, { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }))

const size = z
  .union([z.int(), z.string().regex(/^-?\d+[bkmgt]?$/i, "expected a size such as '10m', '1g' or '-100k'")])
  .transform((value) => measured(value, { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }))

const schema = z
  .strictObject({
    paths: oneOrMany(absolutePath),
    patterns: oneOrMany(
      z.string().regex(/^[^/\0]+$/, 'expected a pattern of names, such as *.log'),
    ).optional(),
    excludes: oneOrMany(
      z.string().regex(/^[^/\0]+$/, 'expected a pattern of names, such as *.gz'),
    ).optional(),
    regex: pattern.optional(),
    contains: z
      .string()
      .regex(/^[^\0\n]+$/, 'expected a text of one line')
      .optional(),
    fileType: z.enum(['file', 'directory', 'link', 'any']).default('file'),
    age: age.optional(),
    ageStamp: z.enum(['mtime', 'atime', 'ctime']).default('mtime'),
    size: size.optional(),
    recurse: z.boolean().default(false),
    depth: z.int().min(1).optional(),
    hidden: z.boolean().default(false),
    follow: z.boolean().default(false),
  })
  .refine(({ recurse, depth }) => depth === undefined || recurse, {
    path: ['depth'],
    error: 'expected only with recurse: true',
  })
  .refine(({ contains, fileType }) => contains === undefined || fileType === 'file', {
    path: ['contains'],
    error: "expected only with fileType: 'file'",
  })

/**
 * The files of a host that meet all conditions, as a fact of a play, sorted by path: a list of `path`, `type` (`file`,
 * `directory`, `link`, `other`), `mode`, `owner`, `group`, `uid`, `gid`, `size` in bytes, and `mtimeMs` (since 1970).
 *
 * - `paths` (absolute): the folders to look in; one or a list. One that is missing has no files.
 * - `patterns`, `excludes`: names as the shell matches them (`*.log`); one or a list. `regex`: a regular expression for
 *   the name, JavaScript's.
 * - `contains`: a text in a line of the file. For a pattern, take the files that `shell` finds with grep.
 * - `fileType` (default `'file'`): or `'directory'`, `'link'`, `'any'`.
 * - `age`: at least this old: seconds, or `'30m'`, `'12h'`, `'30d'`, `'2w'`; with a minus at most. By the clock of the
 *   host, and `ageStamp` (default `'mtime'`): or `'atime'`, `'ctime'`.
 * - `size`: at least this many bytes: a number, or `'100k'`, `'10m'`, `'1g'`; with a minus at most. Files only.
 * - `recurse` (default false): also what is deeper, down to `depth` levels; other file systems included.
 * - `hidden` (default false): also names that begin with a dot.
 * - `follow` (default false): whether a symbolic link counts as its target, and leads into folders.
 *
 * In a dry run it is unknown once a change below `paths` is planned.
 *
 * @throws PlaybookError E_PARAMS; when it is read, E_FIND if a folder cannot be read, E_SLOW_PATTERN
 * @see Ansible's find, whose options it has
 * @example
 * definePlay({
 *   hosts: 'app',
 *   facts: { old: findFiles({ paths: '/var/log/app', patterns: '*.gz', age: '30d' }) },
 *   tasks: ({ facts }) => facts.old.map(({ path }) => remove({ path })),
 * })
 */
export function findFiles(params: z.input<typeof schema>): Probe<readonly FoundFile[]> {
  const result = schema.safeParse(params)
  if (result.success) return foundFiles(result.data)
  const details = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter((each) => each !== '').join(': '),
  )
  throw new PlaybookError('E_PARAMS', `findFiles: ${details[0]}`, { details: details.slice(1) })
}

/** In seconds or bytes. */
function measured(value: number | string, units: { readonly [unit: string]: number }): number {
  if (typeof value === 'number') return value
  const [, sign, digits, unit = ''] = /^(-?)(\d+)(\w?)$/.exec(value)!
  const amount = Number(digits) * (units[unit.toLowerCase()] ?? 1)
  return sign === '-' ? -amount : amount
}
