// Checks of the folders that tasks work in, of disks, and of the folder of the lock.

import { sh } from '../../model/shell/command.ts'
import { bytesText, type Check, missing, ok, printed, printedValues, problem, warning } from './check.ts'

/** Steps write temporary files to these two, and execute nothing there. */
export const foldersCheck: Check = {
  name: 'temporary folders',
  command: sh`for d in "\${TMPDIR:-/tmp}" /var/tmp; do
  s=; [ -d "$d" ] && [ -w "$d" ] && [ -x "$d" ] || s=unwritable
  echo "$d $(df -P -- "$d" 2>/dev/null | tail -n 1 | sed 's/.*% *//') $s"
done
echo; cat /proc/self/mounts`,
  interpret: (output) => {
    const [folders = '', mounts = ''] = output.stdout.toString('utf8').split('\n\n')
    const rows = folders.split('\n').map((line) => line.trim().split(' '))
    const bad = rows.find(([, , state]) => state === 'unwritable')
    if (bad) return problem(`${bad[0]} cannot be written`, `chmod 1777 ${bad[0]}`)
    const readOnly = mountsWith('ro', mounts).find((path) =>
      ['/', '/var', '/etc', '/tmp', '/home'].includes(path),
    )
    if (readOnly !== undefined)
      return problem(`${readOnly} is mounted read-only`, `mount -o remount,rw ${readOnly}; see dmesg for why`)
    const noexec = mountsWith('noexec', mounts)
    const affected = rows.filter(([, mount]) => noexec.includes(mount!)).map(([folder]) => folder)
    return ok(
      affected.length === 0
        ? 'can be written'
        : `can be written; ${affected.join(', ')} noexec, which is enough`,
    )
  },
}

function mountsWith(option: string, mounts: string): string[] {
  return mounts.split('\n').flatMap((line) => {
    const [, path = '', , options = ''] = line.split(' ')
    return options.split(',').includes(option) ? [path] : []
  })
}

/** What is as good as full. How much a task needs, it says itself. */
export const diskSpaceCheck: Check = {
  name: 'disk space',
  command: sh`for k in k i; do for d in / /var /tmp /home /boot; do
  [ ! -d "$d" ] || echo "$k $(df -P$k -- "$d" 2>/dev/null | tail -n 1)"
done; done`,
  interpret: (output) => {
    const rows = [...printed(output).matchAll(/^(k|i) .*?\s(\d+)\s+(\d+)\s+(\d+)\s+(\d+)%\s+(\S+)$/gm)]
    const seen = new Map(
      rows.map(([, kind, , , free, used, path]) => [`${kind} ${path}`, { free, used, path, kind }]),
    )
    const tight = [...seen.values()].filter(({ kind, free, used, path }) =>
      kind === 'k' ? Number(free) < 200 * 1024 && path !== '/boot' : Number(used) >= 98,
    )
    const parts = tight.map(({ kind, free, used, path }) =>
      kind === 'k'
        ? `${path}: ${bytesText(Number(free) * 1024)} free`
        : `${path}: ${used}% of its inodes are used`,
    )
    if (tight.length === 0) return ok('enough')
    const isFull = tight.some(({ kind, free, used }) =>
      kind === 'k' ? Number(free) < 1024 : Number(used) >= 100,
    )
    return (isFull ? problem : warning)(parts.join(', '), 'Make room.')
  },
}

/** Where a run takes the lock of a host: no folder of others, such as /run/lock, is used. */
export const lockCheck: Check = {
  name: 'lock',
  command: sh`u=$(id -u) d=/run/run-playbook p=/run
if [ "$u" != 0 ]; then
  d=/run/user/$u/run-playbook p=/run/user/$u
  [ -w "$p" ] || { d=/tmp/run-playbook-$u p=/tmp; }
fi
echo "folder=$d"
command -v flock >/dev/null 2>&1 || echo flock=no
if [ -e "$d" ] || [ -h "$d" ]; then printf '%s\n' "is=$(stat -c '%u %a %F' -- "$d")" "expected=$u 700 directory"
else [ -w "$p" ] || echo unwritable=yes; fi
:`,
  interpret: (output, seen) => {
    const values = printedValues(output)
    const folder = values.get('folder')!
    if (values.get('flock') === 'no')
      return {
        ...missing(['flock'], seen),
        level: 'warning',
        text: 'no flock: two runs could change the host at once',
      }
    const [is, expected] = [values.get('is'), values.get('expected')]
    if (is !== expected || values.has('unwritable'))
      return warning(`${folder} cannot be used: two runs could change the host at once`, `rm -r ${folder}`)
    return ok(folder)
  },
}
