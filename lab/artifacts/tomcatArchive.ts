// Packs Maven's Tomcat zip as upstream's tar.gz, byte for byte reproducible.

import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, runIn } from '../machine/run.ts'

/** The runbook's version. */
export const tomcatVersion = '9.0.109'

/** Makes `apache-tomcat-VERSION.tar.gz` at `target`; `scratch` is an empty folder to work in. */
export async function makeTomcat(target: string, scratch: string): Promise<void> {
  const artifact = `org.apache.tomcat:tomcat:${tomcatVersion}:zip`
  await run`mvn -q -B dependency:copy -Dartifact=${artifact} -DoutputDirectory=${scratch}`
  await run`unzip -q ${join(scratch, `tomcat-${tomcatVersion}.zip`)} -d ${scratch}`
  const top = `apache-tomcat-${tomcatVersion}`
  await mkdir(join(scratch, top, 'logs'), { recursive: true })
  await likeUpstream(join(scratch, top), 0o750, 0o640)
  await likeUpstream(join(scratch, top, 'conf'), 0o700, 0o600)
  await pack(scratch, top, target)
}

/** A tar.gz whose bytes depend on the files' contents, names and modes alone. */
async function pack(folder: string, top: string, target: string): Promise<void> {
  const stable = ['--sort=name', '--mtime=2025-09-01 00:00:00Z', '--owner=0', '--group=0', '--numeric-owner']
  await runIn({ cwd: folder })`tar ${stable} --format=gnu -cf - ${top} | gzip -n >${target}`
}

// Upstream packs conf for its owner alone and everything else for owner and group.
async function likeUpstream(folder: string, folderMode: number, fileMode: number): Promise<void> {
  await chmod(folder, folderMode)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await likeUpstream(path, folderMode, fileMode)
    else await fileLikeUpstream(path, entry.name.endsWith('.sh') ? fileMode | 0o110 : fileMode)
  }
}

async function fileLikeUpstream(path: string, mode: number): Promise<void> {
  const bytes = await readFile(path)
  if (isText(path, bytes)) await writeFile(path, bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  await chmod(path, mode)
}

const isText = (path: string, bytes: Buffer) => !path.endsWith('.bat') && !bytes.includes(0)
