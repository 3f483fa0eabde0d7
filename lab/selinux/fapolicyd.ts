// Fetches the packages of fapolicyd for the host with SELinux, which reaches no server.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { aptAside, debianSuite, machineSources, sourceLines } from '../artifacts/aptSources.ts'
import { cachedArtifact, type LabArtifact } from '../artifacts/artifactCache.ts'
import type { Log } from '../machine/log.ts'
import { runIn } from '../machine/run.ts'

/** Not in the image: it would have to be made again, and each guest starts from it. */
const packages = ['fapolicyd', 'liblmdb0', 'libmagic1', 'libmagic-mgc']

const fapolicydPackages: LabArtifact = {
  kind: 'fapolicyd',
  recipe: [debianSuite, ...packages].join('\n'),
  make: async (folder) => {
    const own = await mkdtemp(join(folder, 'apt-'))
    const options = await aptAside(own, sourceLines(await machineSources(), 'deb'))
    const names = packages.map((name) => `${name}/${debianSuite}`)
    const inOwn = runIn({ cwd: own })
    await inOwn`apt-get ${options} -q download ${names}`
    const debs = (await readdir(own)).filter((name) => name.endsWith('.deb'))
    await inOwn`tar -cf ${join(folder, 'packages.tar')} ${debs}`
    await rm(own, { recursive: true })
  },
}

/** The packages, as a tar archive. */
export async function fapolicydArchive(log: Log): Promise<Buffer> {
  return readFile(join(await cachedArtifact(fapolicydPackages, log), 'packages.tar'))
}
