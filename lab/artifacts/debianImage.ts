// Builds the root file systems of the flavour apt: plain Debian, and busybox alone.

import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { debianSuite } from './aptSources.ts'
import type { LabArtifact } from './artifactCache.ts'
import { bootstrap, settleScript } from './bootstrap.ts'

/** Docker's and Ubuntu's images have curl, gpg and Python too, or get them first. */
const debianPackages = [
  'systemd systemd-sysv dbus openssh-server iproute2 procps ca-certificates sudo netbase',
  'curl gpg xz-utils iputils-ping tzdata python3 python3-pip python3-venv busybox-static dropbear-bin',
].flatMap((line) => line.split(' '))

/** The image as a piece: `root/` is Debian's file system, `box/` that of a host with busybox and a dropbear. */
export const debianImage: LabArtifact = {
  kind: 'image',
  recipe: [debianSuite, ...debianPackages, imageScript()].join('\n'),
  make: async (folder) => {
    await bootstrap(folder, debianPackages, imageScript())
    await rename(join(folder, 'root/box'), join(folder, 'box'))
  },
}

/** busybox and dropbear move from Debian to the other root, so that Debian stays plain. */
function imageScript(): string {
  return `${settleScript('ssh')}rm -f /etc/apt/apt.conf.d/99mmdebstrap
cd / && mkdir box && cd box
mkdir -p bin dev etc/init.d etc/dropbear lib lib64 mnt opt proc root/.ssh run sbin srv sys tmp usr/bin usr/sbin usr/lib var/lib var/log var/tmp
chmod 700 root root/.ssh && chmod 1777 tmp var/tmp && ln -s ../run var/run
cp /bin/busybox bin/
chroot . /bin/busybox --install -s
cp /usr/sbin/dropbear usr/sbin/
cp /usr/lib/dropbear/dropbearconvert usr/bin/ 2>/dev/null || cp /usr/bin/dropbearconvert usr/bin/
for library in $(ldd /usr/sbin/dropbear | sed -n 's/^[^/]*\\(\\/lib[^ ]*\\) (.*/\\1/p'); do
  mkdir -p ".\${library%/*}" && cp -L "$library" ".$library"
done
printf '%s\\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >etc/passwd
printf '%s\\n' root:x:0: tty:x:5: nogroup:x:65534: >etc/group
echo 'root:*:19000:0:99999:7:::' >etc/shadow && chmod 640 etc/shadow
printf '%s\\n' 'ID=busybox' 'NAME=busybox' >etc/os-release
printf '%s\\n' ::sysinit:/etc/init.d/rcS '::respawn:/usr/sbin/dropbear -F -E -s -r /etc/dropbear/key' >etc/inittab
cat >etc/init.d/rcS <<'END'
#!/bin/sh
hostname -F /etc/hostname
ifconfig lo 127.0.0.1 up
ifconfig host0 "$(cat /etc/address)" netmask 255.255.255.0 up
[ -e /etc/dropbear/key ] || dropbearconvert openssh dropbear /etc/ssh/ssh_host_ed25519_key /etc/dropbear/key
END
chmod 755 etc/init.d/rcS && mkdir -m 755 etc/ssh
dpkg --purge --force-all busybox-static dropbear-bin
`
}
