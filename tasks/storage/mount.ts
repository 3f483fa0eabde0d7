// The task mount: file systems and swap, in fstab and now.

import {
  absolutePath,
  type Change,
  contentOf,
  defineTask,
  type FileState,
  file,
  fileChanges,
  filePath,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { editFstab, entryText, type FstabEntry } from './fstab.ts'
import { liveMount, mountState } from './live.ts'
import { mountedChanges, unmountedChanges } from './mounting.ts'

/**
 * Mounts a file system or uses a swap area, now and at the next start, by its entry in fstab.
 *
 * - `path` (absolute): where; `'none'` for swap. `src`: what: a device, `UUID=…`, `LABEL=…`, `host:/export`, a folder for a
 *   bind mount. `fstype`: `ext4`, `xfs`, `nfs`, `tmpfs`, `swap`; `none` with `opts: 'bind'`.
 * - `opts` (default `'defaults'`), `dump`, `passno` (default 0): as in fstab. `boot` (default true): false adds `noauto`.
 * - `state`: `'mounted'`: the entry is in fstab, and it is mounted now; the folder is made. `'present'`: only in fstab.
 *   `'unmounted'`: not mounted now; fstab stays. `'absent'`: neither; the folder stays.
 * - `fstab` (default `/etc/fstab`). `backup` (default false): whether to keep it at every change, beside it.
 *
 * Entries of fstab are compared by their meaning: blanks, the order of options and `defaults` do not matter. An entry
 * that means the same stays as it is written, as do all other lines. What is mounted is mounted again (`remount`) where
 * `ro`, `rw`, `nosuid`, `nodev`, `noexec` or `noatime` are not in effect, or the entry gets other options; Ansible's
 * state `remounted`, which does that every time, is not needed. Something else that is mounted there is an error, and
 * stays.
 *
 * Errors: E_OTHER_MOUNT, E_MOUNT with the message of mount, umount, swapon or swapoff, E_NOT_A_DIRECTORY.
 *
 * Sources: fstab(5), mount(8), Ansible's mount (ansible.posix).
 *
 * @example mount({ path: '/data', src: 'UUID=2f3c…', fstype: 'xfs', opts: 'noatime,nodev', state: 'mounted' })
 * @example mount({ path: 'none', src: '/swapfile', fstype: 'swap', state: 'mounted' })
 */
export const mount = defineTask({
  name: 'mount',
  summary: 'Mounts a file system or uses a swap area, now and at the next start.',
  ansible: { modules: ['mount'], params: { name: 'path' } },
  params: z
    .strictObject({
      path: z.union([z.literal('none'), absolutePath]).describe('The mount point; none for swap.'),
      src: z
        .string()
        .regex(/^[^\0\n]+$/, 'expected a device, a UUID=…, a host:/export or a folder')
        .optional()
        .describe('What: a device, UUID=…, LABEL=…, host:/export, a folder.'),
      fstype: z
        .string()
        .regex(/^[A-Za-z0-9._,-]+$/, 'expected a type of file system')
        .optional()
        .describe('Its type: ext4, xfs, nfs, tmpfs, swap, none for a bind mount.'),
      opts: z
        .string()
        .regex(/^[^\s\0]+$/, 'expected options with commas and without blanks')
        .default('defaults')
        .describe('Options, as in fstab.'),
      dump: z.int().min(0).max(1).default(0).describe('The fifth field of fstab.'),
      passno: z.int().min(0).max(9).default(0).describe('The sixth field of fstab: when it is checked.'),
      boot: z.boolean().default(true).describe('Whether it is mounted at the next start.'),
      state: z
        .enum(['mounted', 'present', 'unmounted', 'absent'])
        .describe('Whether it is mounted now, and in fstab.'),
      fstab: filePath.default('/etc/fstab').describe('The file.'),
      backup: z.boolean().default(false).describe('Whether to keep fstab at every change.'),
    })
    .refine(
      ({ state, src, fstype }) =>
        (state !== 'mounted' && state !== 'present') || (src !== undefined && fstype !== undefined),
      { error: 'expected src and fstype' },
    )
    .refine(({ path, fstype, src }) => path !== 'none' || (fstype === 'swap' && src !== undefined), {
      path: ['path'],
      error: "expected 'none' only with fstype: 'swap' and src",
    })
    .refine(({ path, fstype }) => fstype !== 'swap' || path === 'none', {
      path: ['path'],
      error: "expected 'none' for swap",
    })
    .refine(({ path }) => path !== '/', { path: ['path'], error: 'expected a path other than /' }),
  title: ({ path, src }) => (path === 'none' ? src! : path),
  needs: { root: true, tools: ['mount', 'umount'] },
  probe: ({ path, src = '', fstab }) => ({
    current: file(fstab, { content: true }),
    live: liveMount({ path, src }),
    point: file(path === 'none' ? '/' : path),
  }),
  plan: (params, { current, live, point }): Change[] => {
    const { path, src = '', state } = params
    const entry = entryFor(params)
    const isMounted = state === 'mounted'
    if (
      isMounted &&
      point.type !== 'absent' &&
      point.type !== 'directory' &&
      !live.mounted &&
      !isFileBind(entry)
    )
      throw new PlaybookError('E_NOT_A_DIRECTORY', `${path} is not a directory.`)
    const fstabChange =
      state === 'unmounted' ? undefined : fstabEdit(params, current, state === 'absent' ? undefined : entry)
    const off = () => unmountedChanges({ path, src }, live)
    if (state === 'absent') return [...off(), ...(fstabChange?.changes ?? [])]
    if (state === 'unmounted') return off()
    const before = fstabChange!.from
    const hasOtherOptions =
      before !== undefined && fstabChange!.changes.length > 0 && before.opts !== entry.opts
    return [
      ...fstabChange!.changes,
      ...(isMounted
        ? mountedChanges(entry, live, { isMissing: point.type === 'absent', hasOtherOptions })
        : []),
    ]
  },
  effects: ({ path, src = '', fstab }) => [
    { tree: fstab },
    { state: mountState({ path, src }) },
    ...(path === 'none' ? [] : [{ tree: path }]),
  ],
})

type MountParams = {
  readonly path: string
  readonly src?: string
  readonly fstype?: string
  readonly opts: string
  readonly dump: number
  readonly passno: number
  readonly boot: boolean
  readonly fstab: string
  readonly backup: boolean
}

function entryFor({ path, src = '', fstype = '', opts, dump, passno, boot }: MountParams): FstabEntry {
  const isAuto = boot || opts.split(',').includes('noauto')
  return { src, path, fstype, opts: isAuto ? opts : `${opts},noauto`, dump, passno }
}

/** A file may be mounted over a file. */
function isFileBind({ opts }: FstabEntry): boolean {
  return opts.split(',').some((option) => option === 'bind' || option === 'rbind')
}

function fstabEdit(
  { path, src = '', fstab, backup }: MountParams,
  current: FileState,
  entry: FstabEntry | undefined,
): { readonly changes: readonly Change[]; readonly from: FstabEntry | undefined } {
  const before = contentOf(fstab, current)?.toString('utf8')
  const { text, from, isChanged } = editFstab(before ?? '', { path, src }, entry)
  if (!isChanged) return { changes: [], from }
  const edits = [
    {
      what: `${fstab}: ${path === 'none' ? src : path}`,
      from: from ? entryText(from) : 'absent',
      to: entry ? entryText(entry) : 'absent',
    },
  ]
  const [change, ...others] = fileChanges(current, {
    path: fstab,
    content: text,
    backup,
    edits: before === undefined ? undefined : edits,
  })
  // systemd makes units of fstab, and would go by the old ones.
  const reload =
    fstab === '/etc/fstab' ? [run(sh`[ ! -d /run/systemd/system ] || systemctl daemon-reload`)] : []
  return { changes: [{ ...change!, steps: [...change!.steps, ...reload], effects: [] }, ...others], from }
}
