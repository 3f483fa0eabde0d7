// Builds the disk of a host with SELinux enforcing, and labels its files.

import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianSuite } from '../artifacts/aptSources.ts'
import { cachedArtifact, type LabArtifact } from '../artifacts/artifactCache.ts'
import { bootstrap, settleScript } from '../artifacts/bootstrap.ts'
import { noLog } from '../machine/log.ts'
import { run, runIn } from '../machine/run.ts'
import { runIsolated } from '../machine/runIsolated.ts'
import { siteArchives } from './siteArchives.ts'

const guestPackages = [
  'linux-image-amd64 systemd systemd-sysv dbus openssh-server iproute2 procps kmod udev sudo ca-certificates',
  'selinux-policy-default policycoreutils policycoreutils-python-utils selinux-utils attr auditd',
  'firewalld python3-firewall nftables cron curl gpg wget tar xz-utils bzip2 zip unzip git rsync acl tzdata netbase',
  'apache2-bin apache2-utils openjdk-17-jre-headless',
].flatMap((line) => line.split(' '))

const qemuPackages = ['qemu-system-x86', 'qemu-utils']

/** Sets what restorecon would, which does nothing on a machine whose kernel has no SELinux. */
const labelScript = `cd /
find . -xdev -print | sed 's,^\\./,/,;s,^\\.$,/,' >/var/tmp/paths
xargs -d '\\n' matchpathcon -f /etc/selinux/default/contexts/files/file_contexts </var/tmp/paths |
  sed '/\\t<<none>>$/d;s/\\\\/\\\\134/g;s/^\\(.*\\)\\t\\(.*\\)$/# file: \\1\\nsecurity.selinux="\\2"\\n/' >/var/tmp/labels
rm /var/tmp/paths
setfattr -h --restore=/var/tmp/labels
rm /var/tmp/labels
`

/** qemu in a root file system of its own, `root/`, so that nothing is installed on this machine. */
export const qemuTree: LabArtifact = {
  kind: 'qemu',
  recipe: [debianSuite, ...qemuPackages].join('\n'),
  make: async (folder) => {
    await bootstrap(folder, qemuPackages, 'rm -rf /usr/share/doc/* /var/lib/apt/lists/* /var/cache/apt/*')
  },
}

/**
 * `disk.img` (ext4; the archives of the site are in /srv), `vmlinuz`, `initrd`, the key of its logins `id_ed25519`, and its
 * own public key `host.pub`.
 */
export const selinuxImage: LabArtifact = {
  kind: 'selinux',
  recipe: [debianSuite, ...guestPackages, imageScript(), labelScript, siteArchives.recipe].join('\n'),
  make: async (folder) => {
    const root = join(folder, 'root')
    await bootstrap(folder, guestPackages, imageScript())
    await makeKeys(folder, root)
    const site = await cachedArtifact(siteArchives, noLog)
    for (const name of ['apache.tar.gz', 'tomcat.tar.gz'])
      await copyFile(join(site, name), join(root, 'srv', name))
    await runIsolated(['chroot', root, 'sh', '-eu'], { input: labelScript })
    const boot = await readdir(join(root, 'boot'))
    for (const name of ['vmlinuz', 'initrd'])
      await copyFile(
        join(root, 'boot', boot.find((file) => file.startsWith(`${name}`)) ?? name),
        join(folder, name),
      )
    await run`mke2fs -q -t ext4 -d ${root} ${join(folder, 'disk.img')} 4G`
    await rm(root, { recursive: true })
  },
}

async function makeKeys(folder: string, root: string): Promise<void> {
  const aside = await mkdtemp(join(folder, 'keys-'))
  const hostKey = join(aside, 'host')
  const login = join(folder, 'id_ed25519')
  await run`ssh-keygen -q -t ed25519 -N ${''} -C selinux -f ${hostKey}`
  await run`ssh-keygen -q -t ed25519 -N ${''} -C run-playbook-lab -f ${login}`
  await copyFile(`${hostKey}.pub`, join(folder, 'host.pub'))
  const ssh = join(root, 'etc/ssh')
  await run`install -m 600 ${hostKey} ${ssh}/ssh_host_ed25519_key`
  await run`install -m 644 ${hostKey}.pub ${ssh}/ssh_host_ed25519_key.pub`
  for (const home of ['root', 'home/deploy', 'home/ops']) {
    await run`install -m 600 ${login}.pub ${join(root, home, '.ssh/authorized_keys')}`
    await runIn({ cwd: root })`chown --reference=${home} ${home}/.ssh/authorized_keys`
  }
  await writeFile(join(root, 'etc/machine-id'), 'e5a1d1c2b3f44f5a9d8c7b6a5f4e3d2c\n', { mode: 0o444 })
  await rm(aside, { recursive: true })
}

/**
 * The initramfs has what its disk needs alone, and logins start no manager of systemd: both take long on an emulated
 * processor. Debian's policy lets firewalld answer no program of a login, which RHEL's does.
 */
function imageScript(): string {
  return `${settleScript('ssh auditd firewalld cron')}
systemctl -q mask serial-getty@ttyS0.service apache2.service apache-htcacheclean.service user@.service systemd-logind.service
sed -i '/pam_systemd/d' /etc/pam.d/common-session
sed -i '/pam_motd|pam_mail/d' /etc/pam.d/sshd /etc/pam.d/login
echo selinux-01 >/etc/hostname
printf '127.0.0.1 localhost\\n127.0.1.1 selinux-01\\n' >/etc/hosts
printf '[Match]\\nName=en* eth*\\n[Network]\\nAddress=10.0.2.15/24\\nGateway=10.0.2.2\\nLinkLocalAddressing=no\\nIPv6AcceptRA=no\\n' >/etc/systemd/network/10-lab.network
echo '/dev/vda / ext4 rw,noatime 0 1' >/etc/fstab
printf 'SELINUX=enforcing\\nSELINUXTYPE=default\\n' >/etc/selinux/config
echo '(allow firewalld_t unconfined_t (dbus (send_msg)))' >/root/lab.cil
semodule -N -i /root/lab.cil
rm /root/lab.cil
printf 'virtio_pci\\nvirtio_blk\\next4\\n' >>/etc/initramfs-tools/modules
sed -i 's/^MODULES=.*/MODULES=list/' /etc/initramfs-tools/initramfs.conf
update-initramfs -u
`
}
