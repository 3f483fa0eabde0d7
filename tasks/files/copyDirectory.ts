// The task copyDirectory: copies a folder of the controller to a host.

import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import {
  account,
  anyFileMode,
  appliedMode,
  attributeChanges,
  type Change,
  call,
  defineTask,
  type Effect,
  type FileMode,
  type FileState,
  file,
  output,
  ownerSpec,
  PlaybookError,
  type Probe,
  run,
  type Step,
  type StepConnection,
  sh,
  upload,
  z,
} from '../../src/index.ts'
import { digestOf } from '../params/fileDigest.ts'
import { noFolder, ownPath, pathBelow } from '../params/paths.ts'
import { preservableMode } from '../params/writing.ts'
import { withArchive } from './copyDirectory/archive.ts'
import { conflict, copied, differs, type EntryAttributes, fromTo } from './copyDirectory/compare.ts'
import { decodedPath, extraPaths } from './copyDirectory/extraPaths.ts'
import { placementStep, requireTar } from './copyDirectory/placement.ts'
import { removePathsStep } from './copyDirectory/removal.ts'
import {
  holdsDestination,
  type SourceEntry,
  type SourceTree,
  sourceTree,
} from './copyDirectory/sourceTree.ts'

/**
 * Copies a folder with everything in it. One pass over all files (by their SHA-256) finds what differs, and one stream
 * transfers it, however many files it is; each file takes its place by a rename.
 *
 * - `src`: a folder on the controller, relative to the folder of the file in which the task is written. Its contents go
 *   into `dest`, not the folder itself. Links are copied as links.
 * - `dest` (absolute): the folder on the host. It is made if it is missing, but the folder above it must exist. A system
 *   directory (`/etc`) is refused: name the folder below it.
 * - `exclude`: paths below `src` to leave out (`*` and `?` match any characters, `/` included), and below `dest` to leave
 *   alone.
 * - `purge` (default false): whether to remove from `dest` what `src` does not have.
 * - `owner`, `group`: of everything copied; default: unchanged; of new entries the become user.
 * - `mode`: of files; default: unchanged; of new ones 0644, or 0755 if the file in `src` is executable. `'preserve'` takes
 *   the permission bits of each file. `dirMode`: of folders; default: unchanged; of new ones 0755. Both may be symbolic
 *   (`'u+rwX,go-w'`).
 *
 * Errors: E_NO_SOURCE, E_SOURCE_NOT_A_DIRECTORY, E_SOURCE_ENTRY, E_SOURCE_CHANGED (on the controller), E_NO_FOLDER,
 * E_CONFLICT (the host has a file or link where `src` has a folder, or the other way round), E_MOUNT (a file system is
 * mounted in what would be purged), E_TOOL (the host has no tar), E_COPY.
 *
 * @example copyDirectory({ src: 'files/site', dest: '/srv/www/site', owner: 'apache', group: 'apache', purge: true })
 */
export const copyDirectory = defineTask({
  name: 'copyDirectory',
  summary: 'Copies a folder of the controller with everything in it, in one stream.',
  ansible: {
    modules: ['synchronize', 'copy'],
    params: { directory_mode: 'dirMode', delete: 'purge', path: 'dest' },
  },
  params: z.strictObject({
    src: z
      .string()
      .min(1)
      .describe(
        'A folder on the controller, relative to the file in which the task is written, or in files/ of its role or playbook.',
      ),
    dest: ownPath.describe('The folder on the host.'),
    exclude: z
      .array(pathBelow)
      .default([])
      .describe('Paths below src and dest to leave alone; * and ? allowed.'),
    purge: z.boolean().default(false).describe('Whether to remove from dest what src does not have.'),
    owner: account.optional().describe('Owner of everything copied.'),
    group: account.optional().describe('Group of everything copied.'),
    mode: preservableMode.describe("Permission bits of files, as '0644' or 0o644; 'preserve': those in src."),
    dirMode: anyFileMode.optional().describe("Permission bits of folders: '0755', 0o755, or symbolic."),
  }),
  title: ({ dest }) => dest,
  needs: { tools: ['tar'] },
  inputs: ({ src, exclude }, { find }) => sourceTree(find(src), exclude),
  probe: (params, { entries }) => treeProbes(params, entries),
  plan: (params, observed, tree): Change[] => {
    const { dest, purge } = params
    const { root, above } = observed
    const { entries } = tree
    if (above.type === 'absent') throw noFolder(dest)
    if (root.type !== 'absent' && root.type !== 'directory') throw conflict(dest, root, 'a folder')
    const stateOf = ({ path }: SourceEntry): FileState =>
      root.type === 'absent' ? { type: 'absent' } : observed[`/${path}`]!
    const pathOf = ({ path }: SourceEntry) => posix.join(dest, path)
    const other = new Set(entries.filter((entry) => differs(entry, stateOf(entry), pathOf(entry))))
    const same = entries.filter((entry) => !other.has(entry))
    const [before, after] =
      root.type === 'absent' ? [rootChanges(params, root), []] : [[], rootChanges(params, root)]
    return [
      ...before,
      ...copies(params, { ...tree, entries: [...other] }, stateOf),
      ...(purge && root.type === 'directory' ? removals(dest, observed.others) : []),
      // From the lowest up: what is in a folder of another user is no longer safe to change.
      ...same
        .reverse()
        .flatMap((entry) =>
          attributeChanges(pathOf(entry), stateOf(entry), desiredAttributes(entry, params)),
        ),
      ...after,
    ]
  },
})

type Params = {
  readonly dest: string
  readonly exclude: readonly string[]
  readonly owner?: string
  readonly group?: string
  readonly mode?: FileMode
  readonly dirMode?: FileMode
}

/** How many entries a report names; it counts the others. */
const shownEntries = 10

/** Probes of entries are named by their path below `dest`, with a leading slash. */
type TreeProbes = {
  readonly root: Probe<FileState>
  readonly above: Probe<FileState>
  readonly others: Probe<string[]>
  readonly [path: `/${string}`]: Probe<FileState>
}

function treeProbes(
  { dest, purge, exclude }: Params & { readonly purge: boolean },
  entries: readonly SourceEntry[],
): TreeProbes {
  const ofEntries = entries.map(({ type, path }) => {
    const options = { follow: false, ...(type === 'file' ? { digest: 'sha256' as const } : {}) }
    return [`/${path}`, file(posix.join(dest, path), options)] as const
  })
  return {
    root: file(dest),
    above: file(posix.dirname(dest)),
    others: purge ? extraPaths(dest, exclude, entries) : output(sh`:`, () => [], { reads: [] }),
    ...Object.fromEntries(ofEntries),
  }
}

function desiredAttributes(entry: SourceEntry, { owner, group, mode, dirMode }: Params): EntryAttributes {
  if (entry.type === 'link') return { owner, group }
  if (entry.type === 'directory') return { owner, group, mode: dirMode }
  return { owner, group, mode: mode === 'preserve' ? entry.mode : mode }
}

/** The permission bits of an entry that is copied. */
function newMode(entry: SourceEntry, params: Params, state: FileState): number {
  if (entry.type === 'link') return 0o777
  const isDirectory = entry.type === 'directory'
  const plain = isDirectory || (entry.mode & 0o100) !== 0 ? 0o755 : 0o644
  const there = state.type === entry.type ? state.mode : plain
  return appliedMode(desiredAttributes(entry, params).mode ?? there, there, isDirectory)
}

function rootChanges(params: Params, root: FileState): Change[] {
  const { dest, owner, group } = params
  const entry = { type: 'directory', path: '' } as const
  if (root.type !== 'absent') return attributeChanges(dest, root, desiredAttributes(entry, params))
  const mode = newMode(entry, params, root)
  const spec = ownerSpec({ owner, group })
  const steps = [
    run(sh`rp_mkdir ${[dest, mode.toString(8), spec]}`, { paths: [{ path: dest, as: 'entry' }] }),
  ]
  const becomes = copied(entry, root, { owner, group, mode })
  return [{ what: dest, ...fromTo(entry, root), steps, effects: [{ path: dest, becomes }] }]
}

function copies(params: Params, tree: SourceTree, stateOf: (entry: SourceEntry) => FileState): Change[] {
  const { dest } = params
  const { entries } = tree
  const lines = entries.map((entry) => ({
    what: posix.join(dest, entry.path),
    ...fromTo(entry, stateOf(entry)),
  }))
  const effects = entries.map((entry): Effect => {
    const attributes = { ...desiredAttributes(entry, params), mode: newMode(entry, params, stateOf(entry)) }
    return { path: posix.join(dest, entry.path), becomes: copied(entry, stateOf(entry), attributes) }
  })
  const more = { from: 'absent or other', to: 'as in src' }
  const packed = entries.map((entry) => ({ entry, mode: newMode(entry, params, stateOf(entry)) }))
  return together(dest, lines, more, [copyStep(params, tree.root, packed)], effects)
}

function copyStep(params: Params, root: string, packed: Parameters<typeof withArchive>[0]): Step {
  const { dest, exclude, owner, group, mode } = params
  const work = async ({ carryOut, isLocal }: StepConnection) => {
    if (isLocal && (await holdsDestination(root, dest, exclude))) throw intoItself(root, dest)
    const archive = `.run-playbook-${randomBytes(6).toString('hex')}.tar`
    await carryOut(requireTar())
    await withArchive(packed, async (path) => {
      const sha256 = await digestOf(path)
      await carryOut(
        upload({ source: { kind: 'local', path }, path: posix.join(dest, archive), mode: 0o600 }),
        placementStep({ dest, archive, sha256, owner, group, setsModes: mode !== undefined }),
      )
    })
  }
  const folders = [dest, ...packed.map(({ entry }) => posix.dirname(posix.join(dest, entry.path)))]
  const paths = [...new Set(folders)].map((path) => ({ path, as: 'folder' as const }))
  return call(`copies ${packed.length} entries`, work, { paths })
}

function intoItself(root: string, dest: string): PlaybookError {
  return new PlaybookError(
    'E_DEST_IN_SRC',
    `${dest} is in ${root}, so each run would copy the last copy too.`,
    {
      hint: `Leave it out: exclude: ['${posix.relative(root, dest)}']`,
    },
  )
}

function removals(dest: string, paths: readonly string[]): Change[] {
  if (paths.length === 0) return []
  const all = paths.map((path) => posix.join(dest, decodedPath(path)))
  const fromTo = { from: 'not in src', to: 'removed' }
  const lines = all.map((what) => ({ what, ...fromTo }))
  const effects = all.map((path): Effect => ({ path, becomes: { type: 'absent' } }))
  return together(dest, lines, fromTo, [removePathsStep(dest, paths)], effects)
}

type Line = Pick<Change, 'what' | 'from' | 'to'>

/** Changes made together: the first has the steps, and all after the first ten are only counted. */
function together(
  dest: string,
  lines: readonly Line[],
  more: Pick<Line, 'from' | 'to'>,
  steps: readonly Step[],
  effects: readonly Effect[],
): Change[] {
  const shown = lines.length > shownEntries + 1 ? lines.slice(0, shownEntries) : lines
  const rest = lines.length - shown.length
  const all = rest > 0 ? [...shown, { what: `${rest} more below ${dest}`, ...more }] : shown
  return all.map((line, index) => (index === 0 ? { ...line, steps, effects } : { ...line, steps: [] }))
}
