// Makes the folder that is the root of a described host.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { FakeFile } from './description.ts'

const folders = [
  'bin',
  'dev',
  'etc',
  'home',
  'opt',
  'proc',
  'root',
  'run',
  'sbin',
  'srv',
  'tmp',
  'usr/bin',
  'usr/sbin',
]
const moreFolders = [
  'usr/lib',
  'usr/local/bin',
  'usr/local/sbin',
  'usr/share',
  'var/lib',
  'var/log',
  'var/tmp',
  '.fake',
  '.host',
]

/** What scripts may expect of any POSIX host. */
export const tools = (
  'sh dash bash ash busybox [ test true false echo printf cat tac head tail cut tr sort uniq wc tee dd od cmp diff comm ' +
  'cp mv ln rm rmdir mkdir mktemp mkfifo touch chmod chown chgrp install stat ls readlink realpath basename dirname pwd ' +
  'sed grep egrep fgrep awk gawk mawk find xargs seq expr sleep date env id whoami getent sync truncate timeout setsid ' +
  'nohup nice kill flock tar gzip gunzip zcat bzip2 xz unxz base64 sha256sum sha512sum md5sum cksum paste join split ' +
  'printenv tty stty df du uname nproc which hostname logname groups'
).split(' ')

/** Folders, the tools and libraries of this machine as links to what is mounted below /.host, and the files. */
export function prepareRoot(
  root: string,
  files: { readonly [path: string]: FakeFile },
  users: readonly string[],
): void {
  chmodSync(root, 0o755)
  for (const folder of [...folders, ...moreFolders]) mkdirSync(join(root, folder), { recursive: true })
  for (const folder of ['tmp', 'var/tmp', '.fake']) chmodSync(join(root, folder), 0o1777)
  chmodSync(join(root, 'root'), 0o700)
  for (const folder of ['lib', 'lib32', 'lib64', 'usr/lib', 'usr/lib32', 'usr/lib64'])
    linkLibraries(root, folder)
  for (const tool of tools) {
    const path = hostProgram(tool)
    if (path !== undefined) symlinkSync(`/.host${path}`, join(root, 'usr/bin', tool))
  }
  symlinkSync('../usr/bin/sh', join(root, 'bin/sh'))
  if (existsSync(join(root, 'usr/bin/bash'))) symlinkSync('../usr/bin/bash', join(root, 'bin/bash'))
  const names = ['root', ...users]
  const account = (name: string, index: number) => ({ name, id: index === 0 ? 0 : 999 + index })
  const home = (name: string) => (name === 'root' ? '/root' : `/home/${name}`)
  const accounts = names.map(account)
  const passwd = accounts.map(({ name, id }) => `${name}:x:${id}:${id}::${home(name)}:/bin/sh\n`).join('')
  const group = accounts.map(({ name, id }) => `${name}:x:${id}:\n`).join('')
  const basic = {
    '/etc/passwd': passwd,
    '/etc/group': group,
    '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  }
  for (const [path, file] of Object.entries({ ...basic, ...files })) writeFakeFile(root, path, file)
}

function writeFakeFile(root: string, path: string, file: FakeFile): void {
  const target = join(root, path)
  if (path.endsWith('/')) return void mkdirSync(target, { recursive: true })
  mkdirSync(dirname(target), { recursive: true })
  if (typeof file === 'object' && 'link' in file) {
    symlinkSync(file.link, target)
    return
  }
  const { content, mode = 0o644 } =
    typeof file === 'string' || Buffer.isBuffer(file) ? { content: file } : file
  writeFileSync(target, content)
  chmodSync(target, mode)
}

/** The file of a program of this machine; undefined where it has none. */
export function hostProgram(name: string): string | undefined {
  const path = '/usr/bin:/bin:/usr/sbin:/sbin'.split(delimiter).map((folder) => join(folder, name))
  const found = path.find((file) => existsSync(file))
  return found && realpathSync(found)
}

/** Links to the loader and the libraries; everything else in these folders is the described host's own. */
function linkLibraries(root: string, folder: string): void {
  const source = join('/', folder)
  const stats = lstatSync(source, { throwIfNoEntry: false })
  if (!stats) return
  if (stats.isSymbolicLink()) {
    if (!existsSync(join(root, folder))) symlinkSync(readlinkSync(source), join(root, folder))
    return
  }
  mkdirSync(join(root, folder), { recursive: true })
  for (const name of readdirSync(source))
    if (/\.so(?:\.|$)|linux-(?:gnu|musl)|^ld-|^coreutils$|^locale$/.test(name))
      symlinkSync(`/.host${source}/${name}`, join(root, folder, name))
}
