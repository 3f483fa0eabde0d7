// Account files that are mounted over /etc for a test's shells; the machine's stay.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import type { ApplyOptions, TestShell } from '../apply.ts'

/** Whether account files can be put over /etc here: as root, with namespaces and shadow's programs. */
export const canMakeAccounts =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt && command -v useradd getent']).status ===
    0

const parts = [
  'passwd',
  'group',
  'shadow',
  'gshadow',
  'login.defs',
  'nsswitch.conf',
  'default',
  'skel',
  'pam.d',
]
  .concat(['security', 'subuid', 'subgid', 'ld.so.cache', 'ld.so.conf', 'alternatives'])
  .map((name) => `/etc/${name}`)

/** The options with which tasks see, and change, a copy of the machine's accounts in a folder. */
export function ownAccounts(folder: string, shell: TestShell): ApplyOptions {
  mkdirSync(`${folder}/etc`)
  execFileSync('cp', ['-a', ...parts.filter((path) => existsSync(path)), `${folder}/etc`])
  const before = `mount --bind '${folder}/etc' /etc && mount -t tmpfs none /var/log && mkdir -p /var/mail && mount -t tmpfs none /var/mail || exit 99`
  return { shell: ['unshare', '-m', ...shell], before }
}
