// Reads this machine's apt sources, so that the lab names no server of its own.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { run } from '../machine/run.ts'

/** One server and suite of a package source. */
type AptSource = { readonly uri: string; readonly suite: string; readonly signedBy?: string }

/** The release the lab's hosts run. */
export const debianSuite = 'bookworm'

/** Where this machine gets Debian itself from, security and updates included. Formats: sources.list(5). */
export async function machineSources(): Promise<AptSource[]> {
  const codename =
    /^VERSION_CODENAME=(.*)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? debianSuite
  const sources = (await readSources()).filter(({ suite }) => suite.split('-')[0] === codename)
  if (sources.length === 0)
    throw new PlaybookError(
      'E_LAB_APT',
      `No source for Debian "${codename}" in /etc/apt.`,
      'Look at `apt-cache policy`.',
    )
  return sources.map((source) => ({ ...source, suite: source.suite.replace(codename, debianSuite) }))
}

/** Lines for a sources.list: `kind` is deb or deb-src; `suite` replaces the release's name. */
export function sourceLines(
  sources: readonly AptSource[],
  kind: 'deb' | 'deb-src',
  suite = debianSuite,
): string {
  return sources
    .map(({ uri, suite: own, signedBy }) => {
      const options = signedBy ? ` [signed-by=${signedBy}]` : ''
      return `${kind}${options} ${uri} ${own.replace(debianSuite, suite)} main\n`
    })
    .join('')
}

/** Gives the options of an apt with sources and lists of its own, in a folder that is made; its lists are up to date. */
export async function aptAside(folder: string, lines: string): Promise<string[]> {
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true })
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true })
  await writeFile(join(folder, 'sources.list'), lines)
  const settings = [
    `Dir::Etc::sourcelist=${folder}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${folder}/lists`,
    `Dir::Cache=${folder}/cache`,
    'APT::Sandbox::User=root',
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  await run`apt-get ${options} -q update`
  return options
}

async function readSources(): Promise<AptSource[]> {
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const paths = ['/etc/apt/sources.list', ...names.sort().map((name) => join(folder, name))]
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  return texts.flatMap((text, index) => {
    if (paths[index]?.endsWith('.sources')) return parseStanzas(text)
    return paths[index]?.endsWith('.list') ? parseLines(text) : []
  })
}

/** The one-line style; pure. */
export function parseLines(text: string): AptSource[] {
  return [...text.matchAll(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/gm)].map(([, options, uri, suite]) => {
    const signedBy = /signed-by=(\S+)/.exec(options ?? '')?.[1]
    return { uri: uri ?? '', suite: suite ?? '', ...(signedBy && { signedBy }) }
  })
}

/** The deb822 style: stanzas of `Field: value`; an embedded key block stays out; pure. */
export function parseStanzas(text: string): AptSource[] {
  const stanzas = text.replace(/^#.*\n/gm, '').split(/\n\s*\n/)
  return stanzas.flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'mi').exec(stanza)?.[1]?.trim() ?? ''
    if (field('Enabled') === 'no' || !field('Types').split(/\s+/).includes('deb')) return []
    const signedBy = field('Signed-By')
    return field('URIs')
      .split(/\s+/)
      .flatMap((uri) =>
        field('Suites')
          .split(/\s+/)
          .map((suite) => ({ uri, suite, ...(signedBy.startsWith('/') && { signedBy }) })),
      )
      .filter(({ uri, suite }) => uri && suite)
  })
}
