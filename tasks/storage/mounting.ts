// Mounts and unmounts by the programs of the host, and compares what is mounted.

import { type Change, type Command, lastLines, type Output, PlaybookError, run, sh } from '../../src/index.ts'
import type { FstabEntry } from './fstab.ts'
import { type Live, type Mounted, mountState } from './live.ts'

type Target = { readonly path: string; readonly src: string }

type Circumstances = {
  /** Whether the folder has to be made. */
  readonly isMissing: boolean
  /** Whether the entry of fstab had other options. */
  readonly hasOtherOptions: boolean
}

/** @throws PlaybookError E_OTHER_MOUNT */
export function mountedChanges(
  entry: FstabEntry,
  live: Live,
  { isMissing, hasOtherOptions }: Circumstances,
): Change[] {
  if (entry.fstype === 'swap') return live.isSwap ? [] : [swapChange(entry, live, true)]
  const { path, src, fstype } = entry
  const options = mountOptions(entry)
  const isBind = options.some((option) => option === 'bind' || option === 'rbind')
  const again = sh`mount -o ${['remount', ...options].join(',')} ${path}`
  const { mounted } = live
  if (mounted) {
    if (isBind ? !live.isSame : !isSameSource(entry, live, mounted)) throw otherMount(entry, mounted)
    const wrong = wrongFlags(options, mounted)
    if (wrong.length === 0 && !hasOtherOptions) return []
    const from = wrong.length === 0 ? 'other options' : `without ${wrong.join(', ')}`
    return [mountChange(entry, `mounted ${from}`, `mounted with ${options.join(',')}`, [again])]
  }
  const words = [
    ...(isBind || fstype === 'auto' ? [] : ['-t', fstype]),
    '-o',
    options.join(','),
    '--',
    src,
    path,
  ]
  const make = isMissing ? [sh`rp_mkdir ${[path, '0755', '', 'parents']}`] : []
  // The first mount of a folder takes none of the other options in older kernels.
  const flags = isBind && options.some((option) => flagNames.includes(option)) ? [again] : []
  return [
    mountChange(entry, 'not mounted', `${src}${isBind ? '' : ` (${fstype})`}`, [
      ...make,
      sh`mount ${words}`,
      ...flags,
    ]),
  ]
}

export function unmountedChanges(target: Target, live: Live): Change[] {
  const { path, src } = target
  if (path === 'none') return live.isSwap ? [swapChange(target, live, false)] : []
  const { mounted } = live
  if (!mounted) return []
  const step = run(sh`umount -- ${path}`, { explain: (result) => explained('umount', path, result) })
  return [
    {
      what: path,
      from: `${mounted.src} (${mounted.fstype})`,
      to: 'not mounted',
      steps: [step],
      effects: [
        { state: mountState({ path, src }), becomes: { ...live, mounted: undefined, isSame: false } },
        { tree: path },
      ],
    },
  ]
}

function mountChange(
  { path, src }: FstabEntry,
  from: string,
  to: string,
  commands: readonly Command[],
): Change {
  return {
    what: `${path} (now)`,
    from,
    to,
    steps: commands.map((command) =>
      run(command, { explain: (result) => explained('mount', path, result), paths: [{ path, as: 'entry' }] }),
    ),
    effects: [{ state: mountState({ path, src }) }, { tree: path }],
  }
}

function swapChange({ path, src }: Target, live: Live, isOn: boolean): Change {
  const program = isOn ? 'swapon' : 'swapoff'
  const step = run(sh`${program} -- ${live.device}`, { explain: (result) => explained(program, src, result) })
  const [from, to] = isOn ? ['not used', 'used as swap'] : ['used as swap', 'not used']
  const becomes = { ...live, isSwap: isOn }
  return {
    what: `${src} (now)`,
    from,
    to,
    steps: [step],
    effects: [{ state: mountState({ path, src }), becomes }],
  }
}

const flagNames = ['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime']

/** Without what only fstab understands. */
function mountOptions({ opts }: FstabEntry): string[] {
  const forFstab = /^(?:auto|noauto|nofail|users?|nouser|owner|group|_netdev|x-.*|comment=.*)$/
  const options = opts.split(',').filter((option) => option !== '' && !forFstab.test(option))
  return options.length === 0 ? ['defaults'] : options
}

/** The flags that are not in effect; those that file systems have of their own cannot be compared. */
function wrongFlags(options: readonly string[], { options: live }: Mounted): string[] {
  const opposites = { rw: 'ro', suid: 'nosuid', dev: 'nodev', exec: 'noexec', atime: 'noatime' } as const
  return options.filter((option) => {
    if (flagNames.includes(option)) return !live.includes(option)
    const opposite = opposites[option as keyof typeof opposites]
    return opposite !== undefined && live.includes(opposite)
  })
}

function isSameSource({ src, fstype }: FstabEntry, live: Live, mounted: Mounted): boolean {
  const isSameType = [fstype, `${fstype}4`, `fuse.${fstype}`].includes(mounted.fstype)
  if (!isSameType && !/^(?:auto|none|fuse|fuseblk)$/.test(fstype)) return false
  const plain = (name: string) => name.replace(/(.)\/+$/, '$1')
  if ([src, live.device].map(plain).includes(plain(mounted.src))) return true
  // The device of btrfs has a number of its own.
  return mounted.fstype === 'btrfs' || (live.number !== '' && live.number === mounted.number)
}

function otherMount({ path, src }: FstabEntry, { src: other, fstype }: Mounted): PlaybookError {
  return new PlaybookError('E_OTHER_MOUNT', `${path} has ${other} (${fstype}) mounted, not ${src}.`, {
    hint: `If it can go, put mount({ path: '${path}', state: 'unmounted' }) before this task.`,
  })
}

function explained(program: string, what: string, result: Output): PlaybookError {
  const lines = lastLines(result)
  const isBusy = lines.some((line) => /busy/i.test(line))
  return new PlaybookError('E_MOUNT', lines.at(-1) ?? `${program} of ${what} failed.`, {
    details: lines.slice(0, -1),
    hint: isBusy ? `Something uses it: fuser -vm ${what}` : undefined,
  })
}
