// Builds the root file system of the flavour dnf: Debian with firewalld, dnf and rpm.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianSuite } from './aptSources.ts'
import type { LabArtifact } from './artifactCache.ts'
import { bootstrap, settleScript } from './bootstrap.ts'
import { hideScript, rpmCatalog } from './rpmCatalog.ts'

const imagePackages = [
  'systemd systemd-sysv dbus openssh-server iproute2 procps ca-certificates sudo',
  'firewalld python3-firewall netbase nftables dnf rpm curl wget tar xz-utils',
  'gcc g++ make libapr1-dev libaprutil1-dev libpcre2-dev libssl-dev',
  'openjdk-17-jre-headless apache2-utils iputils-ping tzdata',
].flatMap((line) => line.split(' '))

/** The image as a piece: `root/` is the file system, `hidden.tsv` what was hidden and where it is now. */
export const image: LabArtifact = {
  kind: 'image',
  recipe: [debianSuite, ...imagePackages, imageScript()].join('\n'),
  make: async (folder) =>
    writeFile(join(folder, 'hidden.tsv'), await bootstrap(folder, imagePackages, imageScript())),
}

function imageScript(): string {
  return `${settleScript('ssh firewalld')}mkdir -p /etc/yum.repos.d /etc/dnf/vars
echo 9 >/etc/dnf/vars/releasever
cat >/usr/bin/vim <<'END'
#!/bin/sh
echo "VIM - Vi IMproved 8.2 (a stand-in of the lab)"
END
chmod 755 /usr/bin/vim
java=$(readlink -f /usr/bin/java)
rm /usr/bin/java
sed "s,JAVA,$java," >/usr/bin/java <<'END'
#!/bin/sh
# The quick compiler alone, which halves the processor time that a Tomcat takes to start; code is not verified, another third.
exec JAVA -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote "$@"
END
chmod 755 /usr/bin/java
${hideScript(rpmCatalog)}`
}
