// Tells a host's package manager where the lab's packages are.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SeedFile } from './seed.ts'
import { type Address, mirrorPort, type Topology } from './topology.ts'

/** The files below /etc for dnf or apt; `packages` is the folder that the mirror serves. */
export async function packageSources(
  host: Address,
  { flavour, bridgeAddress }: Topology,
  packages: string,
): Promise<SeedFile[]> {
  const url = `http://${bridgeAddress}:${mirrorPort}/packages`
  if (flavour !== 'apt')
    return [
      { path: 'etc/yum.repos.d/lab.repo', text: dnfRepository(url) },
      { path: 'etc/dnf/dnf.conf', text: dnfConfiguration },
    ]
  if (host.system === 'busybox') return []
  return [
    { path: 'etc/apt/sources.list.d/lab.sources', text: aptRepository(url) },
    { path: 'etc/apt/keyrings/lab.asc', text: await readFile(join(packages, 'debian/key.asc'), 'utf8') },
    {
      path: 'etc/pip.conf',
      text: `[global]\nindex-url = ${url}/pypi/simple\ntrusted-host = ${bridgeAddress}\n`,
    },
  ]
}

/** Debian's, with the platform of Rocky 9, which modules need. */
const dnfConfiguration = `[main]
gpgcheck=True
installonly_limit=3
clean_requirements_on_remove=True
best=False
skip_if_unavailable=True
module_platform_id=platform:el9
`

function dnfRepository(url: string): string {
  return `[lab]
name=The lab's packages
baseurl=${url}
enabled=1
gpgcheck=0
`
}

function aptRepository(url: string): string {
  return `Types: deb
URIs: ${url}/debian
Suites: stable testing
Components: main
Signed-By: /etc/apt/keyrings/lab.asc
`
}
