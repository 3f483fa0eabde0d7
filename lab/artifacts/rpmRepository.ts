// Builds the lab's RPM repository from the files that the image hides.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../machine/run.ts'
import type { LabArtifact } from './artifactCache.ts'
import { type Rpm, rpmCatalog, rpmGroups, rpmModules } from './rpmCatalog.ts'

type Hidden = { readonly rpm: string; readonly path: string; readonly target: string }

/** The repository as a piece, for the image in `imageFolder`: a folder that dnf takes as baseurl. */
export async function rpmRepository(imageFolder: string): Promise<LabArtifact> {
  const hidden = parseHidden(await readFile(join(imageFolder, 'hidden.tsv'), 'utf8'))
  const spec = specText(rpmCatalog, hidden)
  return {
    kind: 'packages',
    recipe: [spec, rpmGroups, rpmModules].join('\n'),
    make: (folder) => buildRepository(folder, spec),
  }
}

async function buildRepository(folder: string, spec: string): Promise<void> {
  const build = join(folder, 'build')
  await mkdir(build)
  await writeFile(join(build, 'lab.spec'), spec)
  const options = ['--define', `_topdir ${build}`, '--define', `_rpmdir ${join(folder, 'Packages')}`]
  await run`rpmbuild -bb ${options} ${join(build, 'lab.spec')}`
  await rm(build, { recursive: true })
  const [groups, modules] = [join(folder, 'comps.xml'), join(folder, 'modules.yaml')]
  await writeFile(groups, rpmGroups)
  await writeFile(modules, rpmModules)
  await run`createrepo_c -q -g ${groups} ${folder}`
  await run`modifyrepo_c --mdtype=modules ${modules} ${join(folder, 'repodata')}`
}

/** Lines of RPM, path, link target; pure. */
export function parseHidden(text: string): Hidden[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [rpm = '', path = '', target = ''] = line.split('\t')
      return { rpm, path, target }
    })
}

/** One spec whose main package has no files, so that only the subpackages come out; pure. */
export function specText(table: readonly Rpm[], hidden: readonly Hidden[]): string {
  const links = hidden.map(
    ({ path, target }) => `mkdir -p %{buildroot}${folderOf(path)}; ln -s ${target} %{buildroot}${path}`,
  )
  return `Name: lab
Version: 1
Release: 1
Summary: The lab's packages
License: MIT
BuildArch: noarch
AutoReqProv: no
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%description
${table.map(subpackage).join('')}
%install
${links.join('\n')}
${table.map(({ name }) => `%files -n ${name}\n${filesOf(name, hidden)}`).join('\n')}
`
}

function subpackage({ name, version, summary, provides = [], requires = [] }: Rpm): string {
  return `
%package -n ${name}
Version: ${version}
Summary: ${summary}
AutoReqProv: no
${provides.map((what) => `Provides: ${what}\n`).join('')}${requires.map((what) => `Requires: ${what}\n`).join('')}%description -n ${name}
${summary}.
`
}

const filesOf = (rpm: string, hidden: readonly Hidden[]) =>
  hidden
    .filter((one) => one.rpm === rpm)
    .map(({ path }) => `${path}\n`)
    .join('')

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'))
