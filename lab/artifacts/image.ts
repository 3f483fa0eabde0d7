// Builds the root file system of all hosts: Debian with systemd, sshd, firewalld, dnf.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runIsolated } from '../machine/runIsolated.ts'
import { machineSources, SUITE, sourceLines } from './aptSources.ts'
import type { Artifact } from './artifactCache.ts'
import { hideScript, RPM_CATALOG } from './rpmCatalog.ts'

const PACKAGES = [
  'systemd systemd-sysv dbus openssh-server iproute2 procps ca-certificates sudo',
  'firewalld python3-firewall netbase nftables dnf rpm curl wget tar xz-utils',
  'gcc g++ make libapr1-dev libaprutil1-dev libpcre2-dev libssl-dev',
  'openjdk-17-jre-headless apache2-utils iputils-ping tzdata',
].flatMap((line) => line.split(' '))

/** The image as a piece: `root/` is the file system, `hidden.tsv` what was hidden and where it is now. */
export const image: Artifact = {
  kind: 'image',
  recipe: [SUITE, ...PACKAGES, settleScript(), hideScript(RPM_CATALOG)].join('\n'),
  make: makeImage,
}

async function makeImage(folder: string): Promise<void> {
  const root = join(folder, 'root')
  await mkdir(root)
  const list = join(folder, 'sources.list')
  await writeFile(list, sourceLines(await machineSources(), 'deb'))
  const modes = ['--variant=minbase', '--mode=root', '--format=directory']
  const asRoot = '--aptopt=APT::Sandbox::User "root"' // apt's own user cannot read a cache below /root
  const command = ['mmdebstrap', ...modes, asRoot, `--include=${PACKAGES}`, SUITE, root, list]
  await runIsolated(command, { env: { ...process.env, TMPDIR: folder } })
  const input = `${settleScript()}\n${hideScript(RPM_CATALOG)}`
  const hidden = await runIsolated(['chroot', root, 'sh', '-eu'], { input })
  await writeFile(join(folder, 'hidden.tsv'), hidden)
  await rm(list)
}

// Debian's own timers, console and boot-time waits have no place on a host without a way out; docs and apt's lists are weight.
function settleScript(): string {
  return `exec 3>&1 1>&2
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
rm -f /etc/ssh/ssh_host_* /etc/hostname /etc/resolv.conf /etc/apt/sources.list /etc/apt/sources.list.d/*
: >/etc/resolv.conf
: >/etc/machine-id
echo LANG=C.UTF-8 >/etc/default/locale
rm -rf /usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/* /var/cache/apt/* /var/lib/apt/lists/*
systemctl -q enable systemd-networkd ssh firewalld
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
mkdir -p /etc/yum.repos.d /etc/dnf/vars
echo 9 >/etc/dnf/vars/releasever
cat >/usr/bin/vim <<'END'
#!/bin/sh
echo "VIM - Vi IMproved 8.2 (a stand-in of the lab)"
END
chmod 755 /usr/bin/vim`
}
