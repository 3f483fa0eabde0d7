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
 * Makes a symbolic link, or gives one that is there another target, in one go: at no moment is it missing.
 *
 * - `path` (absolute): the link.
 * - `target`: what it leads to, absolute or relative to the link's folder; put in as it is. It need not exist.
 * - `force` (default false): whether a file at `path`, or an empty directory, gives way. A directory that is not empty
 *   never does.
 *
 * Errors: E_IN_THE_WAY where something that is not a link stands at the path.
 *
 * @example link({ path: '/opt/app/current', target: 'releases/1.2' })
 */
export const link = defineTask({
  name: 'link',
  summary: 'Makes a symbolic link, or gives it another target.',
  params: z.strictObject({
    path: absolutePath.describe('The link.'),
    target: z
      .string()
      .regex(/^[^\0\n]+$/, 'expected a path')
      .describe("What it leads to, absolute or relative to the link's folder."),
    force: z.boolean().default(false).describe('Whether a file, or an empty directory, gives way.'),
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
    hint: entry.type === 'directory' ? undefined : 'force: true puts the link in its place.',
  })
}
