// Builds the lab's signed apt repository, and an index of Python packages.

import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Log } from '../machine/log.ts'
import { run } from '../machine/run.ts'
import { cachedArtifact, type LabArtifact } from './artifactCache.ts'
import { type Deb, debCatalog } from './debCatalog.ts'
import { makePythonIndex, pythonCatalog } from './pythonIndex.ts'

/** The key that signs the packages: made once a machine, so that hosts keep trusting packages that change. */
const signingKey: LabArtifact = {
  kind: 'key',
  recipe: 'rsa3072 1',
  make: async (folder) => {
    const uid = 'The lab of run-playbook <lab@run-playbook.invalid>'
    const home = ['--homedir', folder, '--batch', '--quiet']
    await run`gpg ${home} --passphrase ${''} --quick-gen-key ${uid} rsa3072 sign never`
    await run`gpgconf --homedir ${folder} --kill gpg-agent`
  },
}

/** The repository as a piece: `debian/` as apt reads it, its key in `debian/key.asc`, `pypi/simple/` as pip does. */
export async function debRepository(log: Log): Promise<LabArtifact> {
  const key = await cachedArtifact(signingKey, log)
  return {
    kind: 'packages',
    recipe: JSON.stringify([2, key, debCatalog, pythonCatalog]),
    make: async (folder) => {
      await makePythonIndex(join(folder, 'pypi'))
      await makeRepository(join(folder, 'debian'), key)
    },
  }
}

async function makeRepository(folder: string, key: string): Promise<void> {
  const gpg = ['--homedir', key, '--batch', '--quiet', '--yes']
  await mkdir(join(folder, 'pool'), { recursive: true })
  await run`gpg ${gpg} --armor --export --output ${join(folder, 'key.asc')}`
  const stanzas = await Promise.all(debCatalog.map((deb) => buildDeb(folder, deb)))
  for (const suite of ['stable', 'testing'] as const) {
    const packages = debCatalog.flatMap((deb, index) => (deb.suite === suite ? [stanzas[index]!] : []))
    const release = join(folder, 'dists', suite, 'Release')
    await writeIndexes(dirname(release), suite, packages.join('\n'))
    await run`gpg ${gpg} --clearsign --output ${join(dirname(release), 'InRelease')} ${release}`
    await run`gpg ${gpg} --armor --detach-sign --output ${`${release}.gpg`} ${release}`
  }
  await run`gpgconf --homedir ${key} --kill gpg-agent`
}

/** Builds one package, and gives its stanza of the index. Format: deb-control(5). */
async function buildDeb(folder: string, deb: Deb): Promise<string> {
  const { name, version, files = {}, postinst } = deb
  const path = `pool/${name}_${version.replace(/^\d+:/, '')}_all.deb`
  const tree = join(folder, `${path}.tree`)
  const put = async (file: string, text: string, mode = 0o644) => {
    await mkdir(dirname(join(tree, file)), { recursive: true, mode: 0o755 })
    await writeFile(join(tree, file), text)
    await chmod(join(tree, file), mode)
  }
  await put('DEBIAN/control', controlText(deb))
  if (postinst) await put('DEBIAN/postinst', postinst, 0o755)
  const conffiles = Object.keys(files).filter((file) => file.startsWith('/etc/'))
  if (conffiles.length > 0) await put('DEBIAN/conffiles', `${conffiles.join('\n')}\n`)
  for (const [file, text] of Object.entries(files))
    await put(file, text, text.startsWith('#!') ? 0o755 : 0o644)
  await run`chmod 755 ${tree} ${join(tree, 'DEBIAN')}`
  await run`dpkg-deb --root-owner-group -Zgzip --build ${tree} ${join(folder, path)}`
  await rm(tree, { recursive: true })
  const bytes = await readFile(join(folder, path))
  return `${controlText(deb)}Filename: ${path}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`
}

/** The control file; pure. */
export function controlText({ name, version, fields = {} }: Deb): string {
  const all = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Section: 'misc',
    Priority: 'optional',
    Maintainer: 'The lab <lab@run-playbook.invalid>',
    ...fields,
    Description: `a package of the lab`,
  }
  return Object.entries(all)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('')
}

/** Packages, Packages.gz and Release. Format: the Debian repository format. */
async function writeIndexes(folder: string, suite: string, packages: string): Promise<void> {
  const indexes = { Packages: Buffer.from(packages), 'Packages.gz': gzipSync(packages) }
  const below = 'main/binary-amd64'
  await mkdir(join(folder, below), { recursive: true })
  for (const [name, bytes] of Object.entries(indexes)) await writeFile(join(folder, below, name), bytes)
  const sums = Object.entries(indexes).map(
    ([name, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${below}/${name}\n`,
  )
  await writeFile(
    join(folder, 'Release'),
    `Origin: Lab
Label: Lab
Suite: ${suite}
Codename: ${suite}
Date: ${new Date().toUTCString().replace('GMT', 'UTC')}
Architectures: amd64 all
Components: main
${suite === 'testing' ? 'NotAutomatic: yes\nButAutomaticUpgrades: yes\n' : ''}SHA256:
${sums.join('')}`,
  )
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
