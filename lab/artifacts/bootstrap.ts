// Makes a Debian root file system by mmdebstrap, and runs a script in it.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runIsolated } from '../machine/runIsolated.ts'
import { debianSuite, machineSources, sourceLines } from './aptSources.ts'

/** Makes `root/` in the folder, with the packages of a release; gives what the script, run there as root, prints. */
export async function bootstrap(
  folder: string,
  packages: readonly string[],
  script: string,
  suite = debianSuite,
): Promise<string> {
  const root = join(folder, 'root')
  await mkdir(root)
  const list = join(folder, 'sources.list')
  await writeFile(list, sourceLines(await machineSources(), 'deb', suite))
  const modes = ['--variant=minbase', '--mode=root', '--format=directory']
  const asRoot = '--aptopt=APT::Sandbox::User "root"' // apt's own user cannot read a cache below /root
  const old = '--aptopt=Acquire::Check-Valid-Until "false"' // a mirror may serve a day of the past
  const command = ['mmdebstrap', ...modes, asRoot, old, `--include=${packages}`, suite, root, list]
  await runIsolated(command, { env: { ...process.env, TMPDIR: folder } })
  await rm(list)
  return runIsolated(['chroot', root, 'sh', '-eu'], { input: script })
}

/**
 * The beginning of each image's script. Debian's own timers, console and boot-time waits have no place on a host without
 * a way out; docs and apt's lists are weight. Descriptor 3 is the script's output.
 */
export function settleScript(units: string): string {
  return `exec 3>&1 1>&2
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
rm -f /etc/ssh/ssh_host_* /etc/hostname /etc/resolv.conf /etc/apt/sources.list /etc/apt/sources.list.d/*
: >/etc/resolv.conf
: >/etc/machine-id
echo LANG=C.UTF-8 >/etc/default/locale
rm -rf /usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/* /var/cache/apt/* /var/lib/apt/lists/*
systemctl -q enable systemd-networkd ${units}
systemctl -q mask systemd-networkd-wait-online.service console-getty.service getty@tty1.service \\
  apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer dpkg-db-backup.timer
for user in deploy ops; do useradd --create-home --shell /bin/bash "$user"; done
for home in /root /home/deploy /home/ops; do
  mkdir -p "$home/.ssh"
  chmod 700 "$home/.ssh"
  chown --reference="$home" "$home/.ssh"
done
echo 'deploy ALL=(ALL:ALL) ALL' >/etc/sudoers.d/deploy
echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops
chmod 440 /etc/sudoers.d/deploy /etc/sudoers.d/ops
`
}
