// Makes what the site needs on the host with SELinux: Tomcat, and httpd with mod_jk.

import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { debianSuite } from '../artifacts/aptSources.ts'
import { cachedArtifact, type LabArtifact } from '../artifacts/artifactCache.ts'
import { bootstrap } from '../artifacts/bootstrap.ts'
import { readSources, sources } from '../artifacts/sources.ts'
import { noLog } from '../machine/log.ts'
import { run } from '../machine/run.ts'
import { runIsolated } from '../machine/runIsolated.ts'

const buildPackages = 'gcc make libc6-dev libapr1-dev libaprutil1-dev libpcre2-dev libssl-dev'.split(' ')

/** The runbook's own commands. */
const buildScript = `exec 1>&2
cd /mnt && mkdir httpd jk && tar -xzf httpd.tar.gz -C httpd --strip-components=1 && tar -xzf jk.tar.gz -C jk --strip-components=1
cd /mnt/httpd && ./configure --quiet --prefix=/data2/apache --enable-so --enable-ssl --enable-rewrite --enable-mods-shared=all
make -s -j2 && make -s install
cd /mnt/jk/native && ./configure --quiet --with-apxs=/data2/apache/bin/apxs && make -s && make -s install
rm -rf /data2/apache/man /data2/apache/manual
tar -czf /mnt/apache.tar.gz -C /data2 apache
`

/** Of Tomcat's applications, ROOT alone: each takes seconds to start on an emulated processor. */
const stockApplications = ['docs', 'examples', 'host-manager', 'manager']

/** `apache.tar.gz`, whose `apache/` belongs in /data2, and `tomcat.tar.gz`. The host itself has no compiler. */
export const siteArchives: LabArtifact = {
  kind: 'httpd',
  recipe: [debianSuite, ...buildPackages, buildScript, ...stockApplications, sources.recipe].join('\n'),
  make: async (folder) => {
    const from = await cachedArtifact(sources, noLog)
    const { tomcat, httpd, modJk } = await readSources(from)
    await packTomcat(join(from, 'dist', tomcat.path), folder)
    const root = join(folder, 'root')
    await bootstrap(folder, buildPackages, 'mkdir -p /data2')
    await copyFile(join(from, 'dist', httpd.path), join(root, 'mnt/httpd.tar.gz'))
    await copyFile(join(from, 'dist', modJk.path), join(root, 'mnt/jk.tar.gz'))
    await runIsolated(['chroot', root, 'sh', '-eu'], { input: buildScript })
    await copyFile(join(root, 'mnt/apache.tar.gz'), join(folder, 'apache.tar.gz'))
    await rm(root, { recursive: true })
  },
}

async function packTomcat(archive: string, folder: string): Promise<void> {
  const scratch = await mkdtemp(join(folder, 'tomcat-'))
  const tomcat = join(scratch, 'tomcat')
  await mkdir(tomcat)
  await run`tar -xzf ${archive} -C ${tomcat} --strip-components=1`
  for (const name of stockApplications) await rm(join(tomcat, 'webapps', name), { recursive: true })
  await run`tar -czf ${join(folder, 'tomcat.tar.gz')} -C ${scratch} tomcat`
  await rm(scratch, { recursive: true })
}
