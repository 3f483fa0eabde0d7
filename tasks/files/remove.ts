// The task remove: removes a file, link or directory.

import {
  type Change,
  type Command,
  defineTask,
  type FileState,
  file,
  type Output,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { ownPath } from '../params/paths.ts'
import { namesIn, notEmpty } from './namesIn.ts'

/**
 * Removes a file, a link (never its target), or a directory.
 *
 * - `path` (absolute). `/`, `/etc`, `/usr`, `/home` and other system directories are refused.
 * - `recursive` (default false): whether to remove a directory with everything in it; an empty one is always removed. If
 *   another file system is mounted in it, nothing is removed.
 *
 * Errors: E_NOT_EMPTY with what is in the directory, E_MOUNTED.
 *
 * @example remove({ path: '/data2/was/ws-ecs-server/webapps/examples', recursive: true })
 */
export const remove = defineTask({
  name: 'remove',
  summary: 'Removes a file, a link or a directory.',
  ansible: { modules: ['file'], params: { dest: 'path', name: 'path', recurse: 'recursive' } },
  params: z.strictObject({
    path: ownPath.describe('What to remove.'),
    recursive: z.boolean().default(false).describe('Whether to remove a directory with everything in it.'),
  }),
  title: ({ path }) => path,
  probe: ({ path, recursive }) => ({
    entry: file(path, { follow: false }),
    inside: namesIn(recursive ? undefined : path),
  }),
  plan: ({ path, recursive }, { entry, inside }): Change[] => {
    if (entry.type === 'absent') return []
    if (entry.type === 'directory' && !recursive && inside.length > 0)
      throw notEmpty(path, inside, recursiveHint)
    return [
      {
        what: path,
        from: described(entry),
        to: 'absent',
        steps: [run(removal(path, entry, recursive), { explain: explained, paths: [{ path, as: 'entry' }] })],
        effects: [{ path, becomes: { type: 'absent' } }],
      },
    ]
  },
})

const mountedCode = 72

function removal(path: string, entry: FileState, recursive: boolean): Command {
  if (entry.type !== 'directory') return sh`rp_target ${path}; rm -f -- "./$rp_base"`
  if (!recursive) return sh`rp_target ${path}; rmdir -- "./$rp_base"`
  return sh`real=$(cd -- ${path} && pwd -P) || exit 1
while read -r _ at _; do
  at=$(printf '%bx' "$at"); at=\${at%x}
  case $at in "$real" | "$real"/*) printf '%s\n' "$at" >&2; exit ${mountedCode} ;; esac
done </proc/self/mounts
rp_remove ${path}`
}

function explained(result: Output): PlaybookError | undefined {
  if (result.code !== mountedCode) return undefined
  const at = result.stderr.toString('utf8').trim()
  return new PlaybookError('E_MOUNTED', `Nothing was removed: a file system is mounted at ${at}.`, {
    hint: 'Unmount it before this task.',
  })
}

const recursiveHint = 'recursive: true removes it with everything in it.'

function described(entry: FileState): string {
  if (entry.type === 'link') return `link to ${entry.target}`
  return fileKind(entry)
}
