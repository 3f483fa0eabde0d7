// The task link: makes a symbolic link or changes its target.

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
import { fileKind } from './fileKind.ts'

/**
 * Makes a symbolic link, or changes the target of one atomically: it is never missing.
 *
 * - `path` (absolute): the link.
 * - `target`: what it points to, absolute or relative to the link's folder; written as given. It need not exist.
 * - `force` (default false): whether to replace a file, or an empty directory, at `path`. A directory that is not empty
 *   is never replaced.
 *
 * Errors: E_IN_THE_WAY if the path exists and is not a link.
 *
 * @example link({ path: '/opt/app/current', target: 'releases/1.2' })
 */
export const link = defineTask({
  name: 'link',
  summary: 'Makes a symbolic link, or changes its target.',
  params: z.strictObject({
    path: absolutePath.describe('The link.'),
    target: z
      .string()
      .regex(/^[^\0\n]+$/, 'expected a path')
      .describe("What it points to, absolute or relative to the link's folder."),
    force: z.boolean().default(false).describe('Whether to replace a file or an empty directory.'),
  }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ entry: file(path, { follow: false }) }),
  plan: ({ path, target, force }, { entry }): Change[] => {
    if (entry.type === 'link' && entry.target === target) return []
    if (entry.type !== 'link' && entry.type !== 'absent' && !force) throw inTheWay(path, entry)
    return [
      {
        what: path,
        from: entry.type === 'link' ? `link to ${entry.target}` : fileKind(entry),
        to: `link to ${target}`,
        steps: [run(sh`rp_link ${path} ${target}`)],
        effects: [{ tree: path }],
      },
    ]
  },
})

function inTheWay(path: string, entry: FileState): PlaybookError {
  return new PlaybookError('E_IN_THE_WAY', `${path} is a ${fileKind(entry)}, not a link.`, {
    hint: entry.type === 'directory' ? undefined : 'force: true replaces it by the link.',
  })
}
