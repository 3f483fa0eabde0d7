// The task link: makes a symbolic link or changes its target.

import { posix } from 'node:path'
import {
  absolutePath,
  type Change,
  defineTask,
  type FileState,
  file,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { noFolder } from '../params/paths.ts'
import { namesIn, notEmpty } from './namesIn.ts'

/**
 * Makes a symbolic link, or changes the target of one atomically: it is never missing.
 *
 * - `path` (absolute): the link.
 * - `target`: what it points to, absolute or relative to the link's folder; written as given. It must exist, unless
 *   `force` is true or the link is there already.
 * - `force` (default false): whether to make a link to nothing, and to replace a file, or an empty directory, at `path`.
 *   A directory that is not empty is never replaced.
 *
 * Errors: E_NO_TARGET if the target does not exist, E_IN_THE_WAY if the path exists and is not a link, E_NOT_EMPTY,
 * E_NO_FOLDER.
 *
 * Source: Ansible's file with `state: link`, which also fails for a link that is right and leads nowhere.
 *
 * @example link({ path: '/opt/app/current', target: 'releases/1.2' })
 */
export const link = defineTask({
  name: 'link',
  summary: 'Makes a symbolic link, or changes its target.',
  ansible: { modules: ['file'], params: { src: 'target', dest: 'path', name: 'path' } },
  params: z.strictObject({
    path: absolutePath.describe('The link.'),
    target: z
      .string()
      .regex(/^[^\0\n]+$/, 'expected a path')
      .describe("What it points to, absolute or relative to the link's folder."),
    force: z
      .boolean()
      .default(false)
      .describe('Whether to allow a missing target, and to replace a file or an empty directory.'),
  }),
  title: ({ path }) => path,
  probe: ({ path, target, force }) => ({
    entry: file(path, { follow: false }),
    folder: file(posix.dirname(path)),
    // Not resolved here: `..` means another folder where the link's own folder is reached by a link.
    aim: file(target.startsWith('/') ? target : `${posix.dirname(path)}/${target}`),
    inside: namesIn(force ? path : undefined),
  }),
  plan: ({ path, target, force }, observed): Change[] => {
    const { entry } = observed
    if (entry.type === 'link' && entry.target === target) return []
    if (entry.type !== 'link' && entry.type !== 'absent' && !force) throw inTheWay(path, entry)
    if (entry.type === 'absent' && observed.folder.type === 'absent') throw noFolder(path)
    if (observed.aim.type === 'absent' && !force) throw noTarget(path, target)
    if (entry.type === 'directory' && observed.inside.length > 0) throw notEmpty(path, observed.inside)
    return [
      {
        what: path,
        from: entry.type === 'link' ? `link to ${entry.target}` : fileKind(entry),
        to: `link to ${target}`,
        steps: [run(sh`rp_link ${path} ${target}`, { paths: [{ path, as: 'entry' }] })],
        effects: [{ tree: path }],
      },
    ]
  },
})

function noTarget(path: string, target: string): PlaybookError {
  return new PlaybookError('E_NO_TARGET', `${path} would be a dangling link: there is no ${target}.`, {
    hint: 'Make it before this task, or use force: true for a dangling link.',
  })
}

function inTheWay(path: string, entry: FileState): PlaybookError {
  return new PlaybookError('E_IN_THE_WAY', `${path} is a ${fileKind(entry)}, not a link.`, {
    hint: entry.type === 'directory' ? undefined : 'force: true replaces it by the link.',
  })
}
