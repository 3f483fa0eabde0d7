// Installs by apt the programs that the lab needs on this machine.

import { access, constants, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sharedFolder } from './folders.ts'
import { withLock } from './lock.ts'
import { type Log, timed } from './log.ts'
import { runIn } from './run.ts'

/** Program → the Debian package that has it. */
type Programs = { readonly [program: string]: string }

const neededPrograms: Programs = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  createrepo_c: 'createrepo-c',
  rpmbuild: 'rpm',
  mvn: 'maven',
  unzip: 'unzip',
  zip: 'zip',
  gpg: 'gpg',
  gpgconf: 'gpgconf',
  xz: 'xz-utils',
  ssh: 'openssh-client',
  mke2fs: 'e2fsprogs',
  openssl: 'openssl',
}

/** Lets the lab run on this machine. */
export async function prepareMachine(log: Log): Promise<void> {
  await allowManyHosts()
  await installPrograms(neededPrograms, log)
}

/** Installs what is missing; refreshes apt's lists only when they do not know a package. */
export async function installPrograms(programs: Programs, log: Log): Promise<void> {
  if ((await missingPackages(programs)).length === 0) return
  await withLock(join(sharedFolder(), 'apt.lock'), () => install(programs, log), log)
}

/** Each systemd takes a dozen inotify instances of root's; the kernel's usual 128 do not last for three labs. */
async function allowManyHosts(): Promise<void> {
  const file = '/proc/sys/fs/inotify/max_user_instances'
  const limit = Number(await readFile(file, 'utf8').catch(() => '0'))
  if (limit > 0 && limit < 1024) await writeFile(file, '1024').catch(() => {}) // may be read-only; few hosts boot all the same
}

async function install(programs: Programs, log: Log): Promise<void> {
  const packages = await missingPackages(programs)
  if (packages.length === 0) return
  const apt = runIn({ env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  const installAll = () => apt`apt-get install -y -q --no-install-recommends ${packages}`
  await timed(log, `installing ${packages.join(' ')}`, async () => {
    await installAll().catch(async () => {
      await apt`apt-get update -q`
      await installAll()
    })
  })
}

async function missingPackages(programs: Programs): Promise<string[]> {
  const found = await Promise.all(Object.keys(programs).map(isOnPath))
  return [...new Set(Object.values(programs).filter((_, index) => !found[index]))]
}

/** Whether a program is found without its folder. */
export async function isOnPath(program: string): Promise<boolean> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
  const hits = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return hits.includes(true)
}
