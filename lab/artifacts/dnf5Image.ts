// Builds the root file system of the flavour dnf5: Debian testing, started by busybox.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabArtifact } from './artifactCache.ts'
import { bootstrap } from './bootstrap.ts'

/** The release of Debian that has dnf5. Its systemd does not start on a kernel with the old control groups. */
const suite = 'testing'

const packages = [
  'dnf5 rpm createrepo-c gpg openssh-server busybox-static iproute2 procps ca-certificates curl',
].flatMap((line) => line.split(' '))

/** The image as a piece: `box/` is the file system; `hidden.tsv` is empty, for packages of the lab have no files there. */
export const dnf5Image: LabArtifact = {
  kind: 'image',
  recipe: [suite, ...packages, imageScript()].join('\n'),
  make: async (folder) => {
    await bootstrap(folder, packages, imageScript(), suite)
    await rename(join(folder, 'root'), join(folder, 'box'))
    await writeFile(join(folder, 'hidden.tsv'), '')
  },
}

function imageScript(): string {
  return `exec 1>&2
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
rm -f /etc/ssh/ssh_host_* /etc/hostname /etc/apt/apt.conf.d/99mmdebstrap /etc/apt/sources.list
rm -rf /usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/* /var/cache/apt/* /var/lib/apt/lists/*
: >/etc/resolv.conf
ln -s dnf5 /usr/bin/dnf
mkdir -p /etc/yum.repos.d /etc/dnf/vars
mkdir -m 700 -p /root/.ssh
echo 9 >/etc/dnf/vars/releasever
rm -f /etc/os-release /usr/lib/os-release
printf '%s\\n' NAME=Fedora ID=fedora VERSION_ID=43 >/etc/os-release
sed -i 's/^enabled = .*/enabled = 0/' /etc/dnf/libdnf5-plugins/local.conf
rm -f /usr/lib/systemd/systemd
ln -sf /bin/busybox /sbin/init
printf '%s\\n' ::sysinit:/etc/init.d/rcS '::respawn:/usr/sbin/sshd -D -e' >/etc/inittab
cat >/etc/init.d/rcS <<'END'
#!/bin/sh
hostname "$(cat /etc/hostname)"
ip link set lo up
ip address add "$(cat /etc/address)/24" dev host0
ip link set host0 up
mkdir -p -m 755 /run/sshd /run/lock
END
chmod 755 /etc/init.d/rcS
`
}
