// The task file: the attributes of what is at a path, or what has to be there.

import { absolutePath, type Change, defineTask, fileAttributes, type Probe, z } from '../../src/index.ts'
import { ownPath } from '../params/paths.ts'
import { partsOf } from './fileParts.ts'

/**
 * Sets owner, group and mode of what is at a path, or makes and removes directories, links and empty files.
 *
 * - `path` (absolute).
 * - `state`: default: what is there gets the attributes, and must be there.
 *   - `'file'`: the same, of a regular file. `'touch'`: an empty file is made if nothing is there.
 *   - `'directory'`: it is made, with missing ones above it. With `recurse`, everything below it gets owner, group and
 *     mode too, and only what differs is changed; links are not followed.
 *   - `'link'`, `'hard'`: a symbolic or hard link to `src`; `force` replaces what is there, and links to nothing.
 *   - `'absent'`: whatever is there is removed, a directory with everything in it. System directories are refused.
 * - `owner`, `group`, `mode`: default: unchanged. `mode` is octal (`'0644'`) or symbolic (`'u+rwX,go-w'`); with `recurse`
 *   only symbolic, because directories need x and files do not.
 * - `follow` (default true): whether the attributes of a symbolic link are those of its target; false: owner and group
 *   of the link itself.
 * - `onlyIfExists` (default false): nothing at the path is no error, and nothing is made.
 * - `modificationTime`: `'2026-01-31T23:59:59Z'`, of a file; default: unchanged. A `touch` without it changes no times.
 *
 * Errors: E_NO_PATH, E_NOT_A_FILE, E_NOT_A_DIRECTORY, E_IN_THE_WAY, E_NO_TARGET, E_NOT_EMPTY, E_NO_FOLDER, E_MOUNTED.
 *
 * It behaves like Ansible's file, except that `touch` changes times only where it says so, and that `recurse` never
 * leaves the tree. The tasks directory, link, ownership and remove each do one of these. In a playbook that imports
 * `file` of `run-playbook`, import this one under another name.
 *
 * @example file({ path: '/etc/app/app.key', owner: 'app', mode: 'u=rw,go=', onlyIfExists: true })
 * @example file({ path: '/srv/www', state: 'directory', owner: 'www', mode: 'u=rwX,go=rX', recurse: true })
 */
export const file = defineTask({
  name: 'file',
  summary: 'Sets owner, group and mode of what is at a path, or makes and removes it.',
  ansible: {
    modules: ['file'],
    params: {
      dest: 'path',
      name: 'path',
      directory_mode: 'Use a symbolic mode, in which X is x for directories; or the task ownership.',
      access_time: 'There is no such option: only modificationTime.',
      modification_time_format: 'There is no such option: modificationTime is written 2026-01-31T23:59:59Z.',
    },
  },
  params: z
    .strictObject({
      path: absolutePath.describe('The file, directory or link.'),
      state: z
        .enum(['file', 'directory', 'link', 'hard', 'touch', 'absent'])
        .optional()
        .describe('What is to be there; default: whatever is there.'),
      src: z
        .string()
        .regex(/^[^\0\n]+$/, 'expected a path')
        .optional()
        .describe('The target of a link.'),
      ...fileAttributes,
      recurse: z
        .boolean()
        .default(false)
        .describe('Whether everything below a directory gets owner, group and mode too.'),
      follow: z.boolean().default(true).describe('Whether to follow a link to its target.'),
      force: z
        .boolean()
        .default(false)
        .describe('Whether a link may have a missing target, and may replace what is there.'),
      onlyIfExists: z.boolean().default(false).describe('Whether a missing path is accepted.'),
      modificationTime: z.iso
        .datetime({ offset: true, error: "expected a time such as '2026-01-31T23:59:59Z'" })
        .optional()
        .describe("When a file was last changed: '2026-01-31T23:59:59Z'."),
    })
    .refine(({ state, src }) => (state === 'link' || state === 'hard') === (src !== undefined), {
      path: ['src'],
      error: "expected with state: 'link' or 'hard', and only there: what it leads to",
    })
    .refine(({ state, src }) => state !== 'hard' || absolutePath.safeParse(src).success, {
      path: ['src'],
      error: 'expected an absolute path',
    })
    .refine(({ state, recurse }) => !recurse || state === 'directory', {
      path: ['recurse'],
      error: "expected only with state: 'directory'",
    })
    .refine(({ recurse, mode }) => !recurse || typeof mode !== 'number', {
      path: ['mode'],
      error: "expected a symbolic mode such as 'u=rwX,go=rX' with recurse, because directories need x",
    })
    .refine(({ recurse, mode, owner, group }) => !recurse || (mode ?? owner ?? group) !== undefined, {
      path: ['recurse'],
      error: 'expected owner, group or mode with it',
    })
    .refine(
      ({ path, state, recurse }) => (!recurse && state !== 'absent') || ownPath.safeParse(path).success,
      { path: ['path'], error: 'expected a path that is not a system directory' },
    )
    .refine(({ state, modificationTime }) => !modificationTime || state === 'file' || state === 'touch', {
      path: ['modificationTime'],
      error: "expected only with state: 'file' or 'touch'",
    }),
  title: ({ path }) => path,
  probe: (params): { readonly [name: string]: Probe<unknown> } =>
    Object.fromEntries(
      partsOf(params).flatMap(({ probes }, index) =>
        Object.entries(probes).map(([name, probe]) => [`${index} ${name}`, probe]),
      ),
    ),
  plan: (params, observed): Change[] =>
    partsOf(params).flatMap(({ plan }, index) => {
      const own = Object.entries(observed).flatMap(([name, value]) => {
        const [part, ...rest] = name.split(' ')
        return part === String(index) ? [[rest.join(' '), value]] : []
      })
      return [...plan(Object.fromEntries(own) as never)]
    }),
})
