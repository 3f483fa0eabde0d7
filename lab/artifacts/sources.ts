// Downloads the software of the runbook and lays it out as upstream does.

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { run, runIn } from '../machine/run.ts'
import { aptAside, debianSuite, machineSources, sourceLines } from './aptSources.ts'
import type { LabArtifact } from './artifactCache.ts'
import { makeTomcat, tomcatVersion } from './tomcatArchive.ts'

/** One archive: its version, its path under the mirror's `/dist`, and the SHA-512 of its bytes in hex. */
type Source = { readonly version: string; readonly path: string; readonly sha512: string }
export type Sources = { readonly tomcat: Source; readonly httpd: Source; readonly modJk: Source }

/** A Debian source package: the versions to try first (not every version listed is served), and upstream's path. */
type DebianSource = {
  readonly debian: string
  readonly preferred: readonly string[]
  readonly path: (version: string) => string
}

const nextSuite = 'trixie'
const httpdSource: DebianSource = {
  debian: 'apache2',
  preferred: ['2.4.65', '2.4.68'],
  path: (version) => `httpd/httpd-${version}.tar.gz`,
}
const modJkSource: DebianSource = {
  debian: 'libapache-mod-jk',
  preferred: ['1.2.48', '1.2.50'],
  path: (version) => `tomcat/tomcat-connectors/jk/tomcat-connectors-${version}-src.tar.gz`,
}

/** The sources as a piece: `dist/` with the archives and their .sha512 files, `sources.json` (a `Sources`). */
export const sources: LabArtifact = {
  kind: 'sources',
  recipe: JSON.stringify([
    1,
    tomcatVersion,
    httpdSource.preferred,
    modJkSource.preferred,
    debianSuite,
    nextSuite,
  ]),
  make: getSources,
}

export async function readSources(folder: string): Promise<Sources> {
  return JSON.parse(await readFile(join(folder, 'sources.json'), 'utf8')) as Sources
}

async function getSources(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(folder, 'scratch-'))
  const [tomcat, [httpd, modJk]] = await Promise.all([
    getTomcat(folder, scratch),
    getDebianSources(folder, scratch),
  ])
  await writeFile(join(folder, 'sources.json'), `${JSON.stringify({ tomcat, httpd, modJk }, null, 2)}\n`)
  await rm(scratch, { recursive: true })
}

async function getTomcat(folder: string, scratch: string): Promise<Source> {
  const made = join(scratch, 'tomcat.tar.gz')
  await mkdir(join(scratch, 'tomcat'))
  await makeTomcat(made, join(scratch, 'tomcat'))
  const name = `apache-tomcat-${tomcatVersion}.tar.gz`
  return publish(folder, made, tomcatVersion, `tomcat/tomcat-9/v${tomcatVersion}/bin/${name}`)
}

// The machine's servers, with source packages and the next release.
async function getDebianSources(folder: string, scratch: string): Promise<[Source, Source]> {
  const own = join(scratch, 'apt')
  const servers = await machineSources()
  const lists = sourceLines(servers, 'deb-src') + sourceLines(servers, 'deb-src', nextSuite)
  const options = await aptAside(own, lists)
  const httpd = await getDebianSource(folder, own, options, httpdSource)
  return [httpd, await getDebianSource(folder, own, options, modJkSource)]
}

async function getDebianSource(
  folder: string,
  scratch: string,
  options: string[],
  source: DebianSource,
): Promise<Source> {
  const listed = await run`apt-cache ${options} showsrc ${source.debian}`
  const versions = orderVersions(
    [...listed.matchAll(/^Version: (.*)$/gm)].map(([, version = '']) => version),
    source.preferred,
  )
  for (const version of versions) {
    const got = await download(scratch, options, source.debian, version)
    if (got) return publish(folder, got, upstream(version), source.path(upstream(version)))
  }
  throw new PlaybookError('E_LAB_SOURCE', `No source of Debian's ${source.debian} is to be had.`, {
    hint: 'Look at the package server that /etc/apt names.',
    details: [`tried: ${versions.join(', ')}`],
  })
}

/** The preferred upstream versions first, in their order, then the others as listed; pure. */
export function orderVersions(listed: readonly string[], preferred: readonly string[]): string[] {
  const rank = (version: string) =>
    (preferred.indexOf(upstream(version)) + preferred.length + 1) % (preferred.length + 1)
  return [...new Set(listed)].sort((a, b) => rank(a) - rank(b))
}

/** Upstream's part of a Debian version. @example upstream('1:1.2.50-1') // '1.2.50' */
export const upstream = (version: string) => version.replace(/^\d+:/, '').replace(/-[^-]*$/, '')

/** A version that is listed and not served fails; then the next one is tried. */
async function download(
  scratch: string,
  options: string[],
  name: string,
  version: string,
): Promise<string | undefined> {
  const apt = runIn({ cwd: scratch })
  const isServed =
    await apt`apt-get ${options} -q source --download-only --tar-only ${`${name}=${version}`}`.then(
      () => true,
      () => false,
    )
  const archive = (await readdir(scratch)).find(
    (file) => file.startsWith(`${name}_`) && file.endsWith('.orig.tar.gz'),
  )
  return isServed && archive ? join(scratch, archive) : undefined
}

async function publish(folder: string, archive: string, version: string, path: string): Promise<Source> {
  const sha512 = createHash('sha512')
    .update(await readFile(archive))
    .digest('hex')
  const target = join(folder, 'dist', path)
  await mkdir(dirname(target), { recursive: true })
  await rename(archive, target)
  await writeFile(`${target}.sha512`, `${sha512} *${path.slice(path.lastIndexOf('/') + 1)}\n`)
  return { version, path, sha512 }
}
