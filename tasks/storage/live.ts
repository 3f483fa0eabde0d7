// Reads what is mounted on a host, and what is used as swap.

import { type Output, output, type Probe, sh, text } from '../../src/index.ts'
import { unescaped } from './fstab.ts'

export type Mounted = {
  readonly fstype: string
  readonly src: string
  /** The root of a bind mount in its file system. */
  readonly root: string
  readonly options: readonly string[]
  /** Major and minor number of the device. */
  readonly number: string
}

export type Live = {
  /** What is mounted at the path, the last on top; undefined: nothing. */
  readonly mounted: Mounted | undefined
  /** Whether the source is used as swap. */
  readonly isSwap: boolean
  /** The source as the kernel names it: the device of a UUID or label. */
  readonly device: string
  /** Its major and minor number, where it is a block device. */
  readonly number: string
  /** Whether source and path are the same folder, as in a bind mount. */
  readonly isSame: boolean
}

/** The path is found as the kernel names it, without links. */
export function liveMount({ path, src }: { readonly path: string; readonly src: string }): Probe<Live> {
  const command = sh`path=$(readlink -f -- ${path} || printf %s ${path})
src=${src}
device=$src
case $src in
  UUID=*|LABEL=*|PARTUUID=*|PARTLABEL=*) device=$(findfs "$src" 2>/dev/null || blkid -l -o device -t "$src" 2>/dev/null || printf %s "$src") ;;
esac
case $device in /*) device=$(readlink -f -- "$device" || printf %s "$device") ;; esac
number=
[ ! -b "$device" ] || number=$(stat -L -c '%t %T' -- "$device" | { read -r major minor; echo "$((0x$major)):$((0x$minor))"; })
same=
[ ! -e "$src" ] || [ "$(stat -L -c %d:%i -- "$src" 2>/dev/null)" != "$(stat -L -c %d:%i -- "$path" 2>/dev/null)" ] || same=yes
printf '%s\n%s\n%s\n%s\n' "$path" "$device" "$number" "$same"
cat /proc/self/mountinfo
echo =
cat /proc/swaps 2>/dev/null`
  return output(command, parse, { state: mountState({ path, src }), reads: [mountState({ path, src })] })
}

export function mountState({ path, src }: { readonly path: string; readonly src: string }): string {
  return `mounts/${(path === 'none' ? src : path).replace(/^\//, '')}`
}

function parse(result: Output): Live {
  const [path = '', device = '', number = '', same, ...lines] = text(result).split('\n')
  const end = lines.indexOf('=')
  const mounts = lines.slice(0, end).map((line) => {
    const [, , number = '', root = '', at = '', own = '', ...rest] = line.split(' ')
    const [fstype = '', src = '', all = ''] = rest.slice(rest.indexOf('-') + 1)
    return {
      at: unescaped(at),
      root: unescaped(root),
      fstype,
      src: unescaped(src),
      number,
      options: [...own.split(','), ...all.split(',')],
    }
  })
  const swaps = lines.slice(end + 2).map((line) => unescaped(line.split(/\s+/)[0] ?? ''))
  return {
    mounted: mounts.findLast(({ at }) => at === path),
    isSwap: swaps.includes(device),
    device,
    number,
    isSame: same === 'yes',
  }
}
