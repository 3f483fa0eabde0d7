// Runs shells in the root of a described host, apart from this machine.

import { spawnSync } from 'node:child_process'
import { PlaybookError } from '../../model/errors/error.ts'
import { connectByPrograms } from '../../transport/local.ts'
import type { Connection, Transport } from '../../transport/program/transport.ts'
import type { FakeHost } from './fakeHost.ts'

/** In a namespace of its own: mounts this machine's programs read-only, and enters the root. */
const enter = `set -e
bind() { [ ! -e "$1" ] || [ -L "$1" ] || { mkdir -p "$r/.host$1"; mount --bind "$1" "$r/.host$1"; mount -o remount,bind,ro "$r/.host$1"; }; }
r=$1
mount --bind "$r" "$r"
for each in /usr /bin /sbin /lib /lib32 /lib64; do bind "$each"; done
for each in null zero full random urandom; do : >"$r/dev/$each"; mount --bind "/dev/$each" "$r/dev/$each"; done
mount --rbind /proc "$r/proc"
exec chroot "$r" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LOGNAME=root /bin/sh -c "$2"`

/** Ways to be root in a mount namespace, the best first: with and without the user IDs that the account may use. */
const ways = [
  ['--mount'],
  ['--user', '--map-root-user', '--map-auto', '--mount'],
  ['--user', '--map-root-user', '--mount'],
]

/** The first of them that this machine allows, once it has been tried. */
let usableWay: string[] | undefined

/**
 * The transport to described hosts; localhost is the first one. All users are root there.
 *
 * @throws PlaybookError E_NO_SANDBOX
 */
export function fakeTransport(hosts: readonly [FakeHost, ...FakeHost[]]): Transport {
  const [first] = hosts
  usableWay ??= ways.find(
    (flags) => spawnSync('unshare', commandOf(flags, first.root, 'exit 0')).status === 0,
  )
  const way = usableWay
  if (!way) throw noSandbox(first)
  return {
    connect: async (settings) => {
      const { root, name } = hosts.find((host) => host.name === settings.host) ?? first
      const connection = connectByPrograms(settings, {
        endpoint: `root@${name}`,
        user: 'root',
        argv: (command) => ['unshare', ...commandOf(way, root, command)],
      })
      return asRoot(connection)
    },
  }
  function asRoot(connection: Connection): Connection {
    return {
      ...connection,
      user: 'root',
      openShell: () => connection.openShell(),
      upload: (source, path, _as, options) => connection.upload(source, path, undefined, options),
      download: (path, target) => connection.download(path, target),
    }
  }
  function noSandbox({ root, name }: FakeHost): PlaybookError {
    const { stderr, error } = spawnSync('unshare', commandOf(ways.at(-1)!, root, 'exit 0'))
    return new PlaybookError('E_NO_SANDBOX', `The described host ${name} cannot be run on this machine.`, {
      details: [error?.message ?? stderr.toString('utf8').trim()],
      hint: 'This needs Linux with util-linux, and root or user namespaces (sysctl kernel.unprivileged_userns_clone, or kernel.apparmor_restrict_unprivileged_userns=0).',
    })
  }
}

function commandOf(flags: readonly string[], root: string, command: string): string[] {
  return [...flags, '/bin/sh', '-c', enter, 'sh', root, command]
}
