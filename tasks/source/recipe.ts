// The text that records what an installation was built from; another text means a rebuild.

import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { Secret } from '../../src/index.ts'
import { type Build, configureFlags } from './buildParams.ts'

/** A patch as it was read on the controller. */
export type Patch = { readonly path: string; readonly content: Buffer }

/** What a recipe takes from the host and the controller. */
type RecipeInputs = {
  readonly compiler: string | undefined
  readonly patches: readonly Patch[]
  /** SHA-256 of each required path, in the order of `requires`. */
  readonly required: readonly string[]
}

/** Where the stamp of a build lies: `/data2/apache/.built-httpd`. */
export function stampPath({ prefix, name }: { readonly prefix: string; readonly name: string }): string {
  return posix.join(prefix, `.built-${name}`)
}

/**
 * The stamp: one line a fact, readable and the same on every host, and a digest of it all in which secrets count too.
 * How and where it is built (mirrors, user, folders) does not change what comes out, and is left out.
 */
export function recipeText(build: Build, { compiler, patches, required }: RecipeInputs): string {
  const { name, version, checksum, prefix, folder, configureCommand, environment, installs = [] } = build
  const lines = [
    `name ${name}`,
    `version ${version}`,
    `source ${checksum.algorithm}:${checksum.hex}`,
    `compiler ${compiler ?? 'none'}`,
    `prefix ${prefix}`,
    ...(folder ? [`folder ${folder}`] : []),
    ...(configureCommand === false ? [] : [`command ${configureCommand}`]),
    ...configureFlags(build).map((flag) => `configure ${flag}`),
    ...build.make.map((flag) => `make ${flag}`),
    ...(build.check ?? []).map((flag) => `check ${flag}`),
    ...build.install.map((flag) => `install ${flag}`),
    ...patches.map(({ path, content }) => `patch ${posix.basename(path)} ${sha256(content)}`),
    ...variables(environment).map(([key, value]) => `environment ${key}=${shown(value)}`),
    ...build.requires.map((path, index) => `requires ${path} ${required[index]}`),
    ...installs.map((path) => `installs ${path}`),
  ]
  const secrets = variables(environment).map(([, value]) => (value instanceof Secret ? value.reveal() : ''))
  const digest = sha256(JSON.stringify([lines, secrets]))
  return `# Made by run-playbook: ${name} is built anew when this would be another text.\n${lines.join('\n')}\ndigest ${digest}\n`
}

/** The key under which hosts share the result of a recipe on a platform. */
export function shareKey({ name, version, share }: Build, recipe: string, platform: string): string {
  const group = typeof share === 'string' ? `share ${share}\n` : ''
  const digest = sha256(`${recipe}platform ${platform}\n${group}`).slice(0, 32)
  return `${name}-${version}-${digest}`.replaceAll('+', '_')
}

/** Machine code for the builder's own processor is not for others. */
export function isSharable({ share, configure, make, environment }: Build): boolean {
  const plain = Object.values(environment).filter((value) => typeof value === 'string')
  const words = [...configure, ...make, ...plain]
  return share !== false && !words.some((each) => /-m(?:arch|cpu|tune)=native/.test(each))
}

/** The compiler that a stamp tells of. */
export function compilerIn(installed: string): string | undefined {
  const value = fact(installed, 'compiler')
  return value === 'none' ? undefined : value
}

/** What is there, by its stamp, and in what it differs from the recipe: `httpd 2.4.65`, `httpd 2.4.68 with other configure`. */
export function describeStamp(installed: string, recipe: string): string {
  const software = `${fact(installed, 'name')} ${fact(installed, 'version')}`
  if (fact(installed, 'version') !== fact(recipe, 'version')) return software
  const differing = [...new Set([...words(installed), ...words(recipe)])].filter(
    (word) => factLines(installed, word).join('\n') !== factLines(recipe, word).join('\n'),
  )
  const named = differing.filter((word) => word !== 'digest')
  return `${software} with other ${(named.length > 0 ? named : ['secrets']).join(', ')}`
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function words(text: string): string[] {
  return text.split('\n').flatMap((line) => (/^[a-z]/.test(line) ? [line.split(' ', 1)[0]!] : []))
}

function factLines(text: string, word: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${word} `))
}

function fact(text: string, word: string): string | undefined {
  return factLines(text, word)[0]?.slice(word.length + 1)
}

function variables(environment: Build['environment']): [string, string | Secret][] {
  return Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))
}

function shown(value: string | Secret): string {
  return value instanceof Secret ? '(secret)' : JSON.stringify(value)
}
