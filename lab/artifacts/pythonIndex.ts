// Builds the Python packages that pip can install in the lab.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runIn } from '../machine/run.ts'

type PythonPackage = { readonly name: string; readonly version: string; readonly requires?: string }

export const pythonCatalog: readonly PythonPackage[] = [
  { name: 'lab_hello', version: '1.0' },
  { name: 'lab_hello', version: '1.1' },
  { name: 'lab_hello', version: '2.0' },
  { name: 'lab_needs', version: '1.0', requires: 'lab-hello>=1.0,<2' },
]

/** An index as pip reads it: `simple/NAME/index.html`, beside it the wheels. */
export async function makePythonIndex(folder: string): Promise<void> {
  for (const name of new Set(pythonCatalog.map((each) => each.name))) {
    const versions = pythonCatalog.filter((each) => each.name === name)
    const at = join(folder, 'simple', name.replaceAll('_', '-'))
    await mkdir(at, { recursive: true })
    for (const each of versions) await makeWheel(at, each)
    const links = versions.map((each) => `<a href="${wheelName(each)}">${wheelName(each)}</a>`)
    await writeFile(join(at, 'index.html'), `<!DOCTYPE html><html><body>${links.join('\n')}</body></html>\n`)
  }
}

const wheelName = ({ name, version }: PythonPackage) => `${name}-${version}-py3-none-any.whl`

/** A wheel is a zip. Format: the packaging guide's "Binary distribution format". */
async function makeWheel(folder: string, each: PythonPackage): Promise<void> {
  const { name, version, requires } = each
  const tree = await mkdtemp(join(folder, 'wheel-'))
  const info = `${name}-${version}.dist-info`
  const texts = {
    [`${name}.py`]: `version = '${version}'\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires ? `Requires-Dist: ${requires}\n` : ''}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  }
  const record = [...Object.keys(texts), `${info}/RECORD`].map((file) => `${file},,\n`).join('')
  await mkdir(join(tree, info))
  for (const [file, text] of Object.entries({ ...texts, [`${info}/RECORD`]: record }))
    await writeFile(join(tree, file), text)
  await runIn({ cwd: tree })`zip -q -X -r ${join(folder, wheelName(each))} .`
  await rm(tree, { recursive: true })
}
