// The task buildFromSource: builds software from source and swaps it in.

import { readFile } from 'node:fs/promises'
import {
  attributeChanges,
  type Change,
  call,
  contentOf,
  defineTask,
  type Effect,
  type FileState,
  file,
  ownerSpec,
  PlaybookError,
  type Probe,
  run,
} from '../../src/index.ts'
import { changeMatches, ownerTest } from '../files/ownership/tree.ts'
import { buildNeeds } from './buildNeeds.ts'
import { type Build, buildParams } from './buildParams.ts'
import { platformOf } from './platform.ts'
import { compilerIn, describeStamp, type Patch, recipeText, sha256, stampPath } from './recipe.ts'
import { buildOn } from './runBuild.ts'

/**
 * Builds software from its source: fetch, unpack, patch, configure, make, check, install. Nothing happens while the
 * installation is what the parameters describe; hosts that `share` a build take what the first of them built.
 *
 * **What is built**
 * - `name` and `version`; `urls`: mirrors of the source archive; `checksum`: `sha256:HEX`, or another of SHA-2, of it.
 *   `via: 'controller'`: it is fetched here and brought to the host (see the task download).
 * - `stripComponents` (1): leading folders of the archive's paths left out. `folder`: where to configure and make.
 * - `patches`: files on the controller, relative to the file the task is written in, put on by `patch -p1` in order.
 * - `configure`: flags; `--prefix=PREFIX` is added, save with `installs`. `configureCommand` (`'./configure'`): shell
 *   text; `false`: there is nothing to configure.
 * - `make`: targets and variables; `-j` with the number of processors is added, unless they have one. `check`: targets
 *   between make and install, left out if not given. `install` (`['install']`): the targets that install.
 * - `environment`: variables of configure and make, such as `CC` and `CFLAGS`; secrets allowed.
 *
 * **Where it goes**
 * - `prefix` (absolute): the tree, which is swapped as a whole: the old one is `PREFIX.previous` afterwards, until the
 *   next swap, and a process that runs from it keeps running. `keep`: paths below it that are the site's (`conf`,
 *   `logs`) and are carried into the new tree; so is what other builds have installed into it.
 * - `installs`: files below prefix, where it installs into a tree of something else (a module of httpd). Each takes its
 *   place by a rename; nothing else of the tree is touched, even where `make install` ignores DESTDIR (on Linux, where
 *   mount namespaces are allowed).
 * - `owner`, `group`: of what is installed; default the task's user. Paths in `keep` have their own.
 *
 * **When it is rebuilt**
 * The stamp `PREFIX/.built-NAME` records what is installed: version, checksum, flags, patches, variables, compiler (kind,
 * version, target), and the SHA-256 of each path in `requires`. It is the same text on every host, so that the stamp of
 * one build can be required by another: `requires: ['/data2/apache/.built-httpd']`. A host whose compiler was removed
 * keeps what it has. If the stamp is the same, nothing else is compared.
 *
 * **How it is built**
 * - `buildDir` (`/var/tmp/run-playbook-build`): one folder a build, with its log, `build.log`. A failed phase shows the
 *   first errors, the last lines and what is missing where that is known, and leaves what is installed as it was; the
 *   next run continues at that phase. After a success only the log stays.
 * - `user`: the unprivileged user who unpacks, configures and makes (the task has to be root for that).
 * - `share` (default false): a name, such as `'web'`. The result is kept in the controller's cache
 *   (`~/.cache/run-playbook/builds`, for 90 days after its last use), and hosts whose task has the same name take it
 *   from there, if compiler, system, version, processor type and libc are the same; hosts of the same run wait for the
 *   first of them. These hosts have to trust one another: whoever controls one of them controls what the others
 *   install. The output says which host built it. A host that lacks libraries for it builds it itself. Never shared:
 *   what is built for the processor of its host (`-march=native`). `true` shares with every host that says `true`.
 *
 * There is no time limit; the option `timeout` of any task sets one for each phase.
 *
 * Errors: E_BUILD (configure, make, check, install), E_PATCH, E_DISK_FULL, E_DOWNLOAD, E_ARCHIVE, E_REQUIRES, E_NO_PATCH,
 * E_NO_USER, E_BUILD_DIR, E_MOUNT_POINT, E_PREVIOUS, E_PREFIX.
 *
 * Sources: GNU Coding Standards (configure, DESTDIR, standard targets), apxs(1), mount_namespaces(7).
 *
 * @example buildFromSource({
 *   name: 'httpd', version: '2.4.68', prefix: '/data2/apache',
 *   urls: ['https://archive.apache.org/dist/httpd/httpd-2.4.68.tar.gz'], checksum: 'sha512:7ab0…41',
 *   configure: ['--enable-so', '--enable-mods-shared=all'], keep: ['conf', 'logs', 'htdocs'],
 * })
 * @example buildFromSource({
 *   name: 'mod_jk', version: '1.2.50', prefix: '/data2/apache', folder: 'native',
 *   urls: ['https://archive.apache.org/dist/tomcat/tomcat-connectors/jk/tomcat-connectors-1.2.50-src.tar.gz'],
 *   checksum: 'sha512:1c03…9e', configure: ['--with-apxs=/data2/apache/bin/apxs'],
 *   installs: ['modules/mod_jk.so'], requires: ['/data2/apache/.built-httpd'],
 * })
 */
export const buildFromSource = defineTask({
  name: 'buildFromSource',
  summary: 'Builds software from its source and installs it by a swap.',
  params: buildParams,
  title: ({ name, version }) => `${name} ${version}`,
  needs: buildNeeds,
  inputs: ({ patches }, { find }) => Promise.all(patches.map((path) => readPatch(path, find))),
  probe: (build) => ({
    stamp: file(stampPath(build), { content: 65536 }),
    tree: file(build.prefix),
    platform: platformOf(build.environment),
    ...probes('required', build.requires, (path) => file(path, { digest: 'sha256' })),
    ...probes('installed', build.installs ?? [], (path) => file(`${build.prefix}/${path}`)),
  }),
  plan: (build, observed, patches): readonly Change[] => {
    const { stamp, tree, platform } = observed
    const installedRecipe = stampText(build, stamp)
    const compiler = platform.compiler ?? compilerIn(installedRecipe ?? '')
    const required = build.requires.map((path, index) => digestOf(path, seen(observed, `required${index}`)))
    const recipe = recipeText(build, { compiler, patches, required })
    const isWhole = (build.installs ?? []).every(
      (_, index) => seen(observed, `installed${index}`).type === 'file',
    )
    if (installedRecipe === recipe && isWhole) return ownerChanges(build, tree)
    const job = { build, platform, patches, stamp: recipe }
    return [
      {
        what: build.installs ? `${build.name} in ${build.prefix}` : build.prefix,
        from: present(build, installedRecipe, recipe, tree),
        to: `${build.name} ${build.version}, ${build.share === false ? 'built' : 'built, or as another host built it'}`,
        // Where a compiler is still to come, what the stamp will say of it is not known.
        ...(compiler
          ? { diff: { path: stampPath(build), before: installedRecipe ?? '', after: recipe } }
          : {}),
        steps: [
          call(`build ${build.name} ${build.version}`, (connection) => buildOn(job, connection), {
            paths: [{ path: build.prefix, as: 'folder' }],
          }),
        ],
        effects: effects(build, recipe),
      },
    ]
  },
})

function probes(
  name: string,
  paths: readonly string[],
  probe: (path: string) => Probe<FileState>,
): { readonly [name: string]: Probe<FileState> } {
  return Object.fromEntries(paths.map((path, index) => [`${name}${index}`, probe(path)]))
}

function seen(observed: object, name: string): FileState {
  return (observed as Record<string, FileState>)[name]!
}

async function readPatch(path: string, find: (path: string) => string): Promise<Patch> {
  try {
    const found = find(path)
    return { path: found, content: await readFile(found) }
  } catch (cause) {
    throw new PlaybookError('E_NO_PATCH', `The patch ${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'A relative path starts at the role, at the file in which the task is written, or at the playbook.',
      cause,
    })
  }
}

function stampText(build: Build, stamp: FileState): string | undefined {
  return contentOf(stampPath(build), stamp)?.toString('utf8')
}

function digestOf(path: string, state: FileState): string {
  if (state.type === 'file' && state.digest) return state.digest
  const what = state.type === 'absent' ? 'There is no' : 'It cannot be read as a file:'
  throw new PlaybookError('E_REQUIRES', `${what} ${path}, which this build requires.`, {
    hint: 'Build or install it first.',
  })
}

function present(
  { name, installs }: Build,
  installedRecipe: string | undefined,
  recipe: string,
  tree: FileState,
): string {
  if (installedRecipe === recipe) return `not all files of ${name} there`
  if (installedRecipe !== undefined) return describeStamp(installedRecipe, recipe)
  return installs || tree.type === 'absent' ? 'not installed' : 'not built by this task'
}

/** Of a tree that is right, its owner: as the task ownership does it, what is kept left out. */
function ownerChanges({ prefix, installs, owner, group, keep }: Build, tree: FileState): Change[] {
  if (installs) return []
  const tested = { path: prefix, owner, group, recursive: true, exclude: [...keep, '.built-*'] }
  const command = changeMatches(tested, ownerTest(tested), 'chown -h', ownerSpec(tested), { follow: true })
  return attributeChanges(prefix, tree, { owner, group }).map((change) => ({
    ...change,
    steps: [run(command, { paths: [{ path: prefix, as: 'target' }] })],
    effects: [{ tree: prefix, only: 'attributes' }],
  }))
}

function effects(build: Build, recipe: string): Effect[] {
  const { prefix, installs, owner = 'root', group = 'root' } = build
  const content = Buffer.from(recipe)
  const stamp: FileState = {
    type: 'file',
    mode: 0o644,
    owner,
    group,
    uid: 0,
    gid: 0,
    mtimeMs: 0,
    size: content.length,
    links: 1,
    content,
    digest: sha256(content),
  }
  const trees = installs ? installs.map((path) => ({ tree: `${prefix}/${path}` })) : [{ tree: prefix }]
  return [...trees, { path: stampPath(build), becomes: stamp }]
}
