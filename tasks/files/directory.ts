// The task directory: makes a directory with its owner, group and mode.

import {
  absolutePath,
  appliedMode,
  attributeChanges,
  type Change,
  defineTask,
  type Effect,
  type FileMode,
  type FileState,
  file,
  fileAttributes,
  foldersAbove,
  formatMode,
  ownerSpec,
  PlaybookError,
  type Probe,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { noFolder } from '../params/paths.ts'

/**
 * Makes a directory, and sets its owner, group and mode.
 *
 * - `path` (absolute). A symbolic link to a directory counts as that directory.
 * - `owner`, `group`: default: unchanged; of a new directory the become user and its group.
 * - `mode`: default: unchanged; 0755 for a new directory. Nothing below it is touched (see the task `ownership`).
 * - `parents` (default true): also makes missing directories above it, with mode 0755. They belong to the become user, or
 *   to the owner of the directory they are made in if that is not root. `owner`, `group` and `mode` apply to the last one only.
 *
 * Errors: E_NOT_A_DIRECTORY if the path is something else, E_DANGLING_LINK if it is a link to nothing.
 *
 * @example directory({ path: '/data3/logs/tomcat', owner: 'ecsuser', mode: '0750' })
 */
export const directory = defineTask({
  name: 'directory',
  summary: 'Makes a directory, and sets its owner, group and mode.',
  ansible: {
    modules: ['file'],
    params: {
      dest: 'path',
      name: 'path',
      state: 'The tasks file, link and remove have the other states.',
      recurse: 'The task ownership changes what is below a directory.',
    },
  },
  params: z.strictObject({
    path: absolutePath.describe('The directory.'),
    ...fileAttributes,
    parents: z.boolean().default(true).describe('Whether to make missing directories above it too (0755).'),
  }),
  title: ({ path }) => path,
  probe: ({ path }): DirectoryProbes => ({
    entry: file(path, { follow: false }),
    target: file(path),
    ...Object.fromEntries(
      foldersAbove(path)
        .slice(1)
        .map((folder) => [folder, file(folder)]),
    ),
  }),
  plan: (params, observed): Change[] => {
    const { entry, target } = observed
    if (target.type === 'directory') return attributeChanges(params.path, target, params)
    if (target.type !== 'absent' || entry.type !== 'absent') throw conflictError(params.path, entry, target)
    return [creation(params, missingFolders(params, observed))]
  },
})

type DirectoryProbes = {
  readonly entry: Probe<FileState>
  readonly target: Probe<FileState>
  /** The folders above, by their paths. */
  readonly [folder: string]: Probe<FileState>
}

/** Folders above that have to be made, and who will own them. */
type MissingFolders = { readonly paths: readonly string[]; readonly owner?: string; readonly group?: string }

/** The folders above that have to be made. @throws PlaybookError E_NO_FOLDER, or E_NOT_A_DIRECTORY below a file */
function missingFolders(
  { path, parents }: DirectoryParams,
  observed: { readonly [folder: string]: FileState },
): MissingFolders {
  const above = foldersAbove(path).slice(1).reverse()
  const nearest = above.findIndex((folder) => observed[folder]!.type !== 'absent')
  const missing = nearest === -1 ? above : above.slice(0, nearest)
  if (missing.length > 0 && !parents) throw noFolder(path)
  const there = above[nearest]
  const state = there === undefined ? undefined : observed[there]!
  if (there === undefined || state === undefined || state.type === 'absent') return { paths: missing }
  if (state.type !== 'directory') throw conflictError(there, state, state)
  return { paths: missing, owner: state.owner, group: state.group }
}

type DirectoryParams = { path: string; parents: boolean; mode?: FileMode; owner?: string; group?: string }

function creation(
  { path, parents, owner, group, ...params }: DirectoryParams,
  missing: MissingFolders,
): Change {
  const mode = appliedMode(params.mode ?? 0o755, 0o755, true)
  const account = ownerSpec({ owner, group })
  const words = [path, formatMode(mode), account, ...(parents ? ['parents'] : [])]
  return {
    what: path,
    from: 'absent',
    to: ['directory', formatMode(mode), account].filter((part) => part !== '').join(' '),
    steps: [run(sh`rp_mkdir ${words}`, { paths: [{ path, as: 'entry' }] })],
    effects: [
      ...missing.paths.map((folder) => madeDirectory(folder, 0o755, missing)),
      madeDirectory(path, mode, { owner, group }),
    ],
  }
}

function madeDirectory(
  path: string,
  mode: number,
  { owner, group }: { owner?: string; group?: string },
): Effect {
  const about = { owner: owner ?? 'root', group: group ?? owner ?? 'root', uid: -1, gid: -1, mtimeMs: 0 }
  return { path, becomes: { type: 'directory', mode, ...about } }
}

function conflictError(path: string, entry: FileState, target: FileState): PlaybookError {
  if (entry.type === 'link' && target.type === 'absent') {
    return new PlaybookError(
      'E_DANGLING_LINK',
      `${path} is a link to ${entry.target}, which does not exist.`,
      {
        hint: `Make ${entry.target} first, or remove the link.`,
      },
    )
  }
  return new PlaybookError('E_NOT_A_DIRECTORY', `${path} is a ${fileKind(target)}, not a directory.`, {
    hint: `If it can be removed, put remove({ path: '${path}' }) before this task.`,
  })
}
