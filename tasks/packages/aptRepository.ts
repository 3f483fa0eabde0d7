// The task aptRepository: adds or removes a source of packages for apt.

import {
  type Change,
  contentOf,
  defineTask,
  type FileState,
  file,
  fileChanges,
  output,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import {
  checkedFingerprints,
  controllerKey,
  type Downloaded,
  downloadKeyScript,
  hasComment,
  keyFingerprint,
  keyKind,
  keyName,
  keySource,
  parseDownloaded,
  requireDownloaded,
} from './keys/keySource.ts'
import { armored, isArmored, keyBytes } from './keys/openPgp.ts'
import { aptSourceText, readListsStep } from './repositories/aptSource.ts'

const part = z.string().regex(/^[^\s,-][^\s,]*$/, 'expected one word, without comma')
const sourcesFolder = '/etc/apt/sources.list.d'
const keysFolder = '/etc/apt/keyrings'

/**
 * Adds a source of packages for apt, with the key that signs it, or removes both. The source is the file NAME.sources in
 * /etc/apt/sources.list.d (deb822 style), the key NAME.asc in /etc/apt/keyrings, which signs for this source alone.
 *
 * - `name`: of the two files.
 * - `uris`, `suites`, `components`: one or several. A suite that ends with a slash is a path, and has no components.
 *   `types` (default `deb`): also `deb-src`. `architectures`: default: those of the host.
 * - `signedBy`: the key: its text (`-----BEGIN PGP PUBLIC KEY BLOCK-----`); a file of the controller, relative to the
 *   file in which the task is written, or in `files/`; an absolute path, which is a keyring on the host; or a URL, from
 *   which the host downloads it once. A URL needs `fingerprint`.
 * - `fingerprint`: that of the key, or of all keys in the file, with or without blanks. Any other key is refused.
 * - `updateCache` (default true): reads the lists of the new source before it is used: one that does not answer, or is
 *   signed by another key, is an error, and the file is not written. In a dry run too.
 * - `enabled` (default true), `trusted`, `allowInsecure`, `checkValidUntil`: as in sources.list(5).
 * - `state`: `present` (default) or `absent`.
 *
 * A source of the same packages in an older `.list` file stays: remove it by `remove`, or apt may refuse both.
 *
 * @throws PlaybookError E_KEY, E_FINGERPRINT, E_NO_KEY (not on the host, or not downloaded), E_NO_SOURCE (not on the
 *   controller), E_NO_FOLDER (no apt), and those of `apt`: E_GPG, E_REPOSITORY, E_SOURCES
 * @example aptRepository({ name: 'docker', uris: 'https://download.docker.com/linux/debian', suites: 'bookworm', components: 'stable', signedBy: 'https://download.docker.com/linux/debian/gpg', fingerprint: '9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88' })
 *
 * Sources: sources.list(5), apt-secure(8), RFC 9580.
 */
export const aptRepository = defineTask({
  name: 'aptRepository',
  summary: 'Adds or removes a source of packages for apt, with its key.',
  ansible: {
    modules: ['apt_repository', 'deb822_repository', 'apt_key'],
    params: {
      repo: 'Give the parts of the line as uris, suites and components; options such as signed-by have a parameter each.',
      filename: 'name',
      codename: 'suites',
      validate_certs: 'There is no such option: certificates are verified.',
      url: 'signedBy takes the URL of a key, uris those of the packages.',
    },
  },
  params: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'expected letters, digits, ".", "_" and "-", as for a file')
        .transform((name) => name.replace(/\.(?:sources|list)$/, ''))
        .describe('The name of the file, without .sources.'),
      types: oneOrMany(z.enum(['deb', 'deb-src']))
        .default(['deb'])
        .describe('deb, deb-src, or both.'),
      uris: oneOrMany(z.string().regex(/^[a-z+]+:\S+$/, 'expected a URI, such as https://…'))
        .optional()
        .describe('Where the packages are.'),
      suites: oneOrMany(part).optional().describe('The release: bookworm; or a path that ends with a slash.'),
      components: oneOrMany(part).optional().describe('The parts of the release: main.'),
      architectures: oneOrMany(part).optional().describe('Architectures; default: those of the host.'),
      signedBy: keySource
        .optional()
        .describe('The key: its text, a file of the controller, a path on the host, or a URL.'),
      fingerprint: keyFingerprint.optional().describe('The fingerprint of the key; a URL needs it.'),
      enabled: z.boolean().default(true).describe('Whether apt uses it.'),
      trusted: z.boolean().optional().describe('true: packages need no signature; false: they always do.'),
      allowInsecure: z.boolean().optional().describe('Whether it may be unsigned.'),
      checkValidUntil: z.boolean().optional().describe('Whether an outdated release is an error.'),
      updateCache: z.boolean().default(true).describe('Read its package lists before it is used.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether it is there.'),
    })
    .refine(({ state, uris, suites }) => state === 'absent' || (uris && suites), 'expected uris and suites')
    .refine(
      ({ state, suites, components }) =>
        state === 'absent' ||
        !suites ||
        suites.every((suite) => suite.endsWith('/')) !== (components !== undefined),
      'components: expected, unless suites are paths that end with a slash',
    )
    .refine(
      ({ signedBy, fingerprint, state }) =>
        state === 'absent' ||
        signedBy === undefined ||
        keyKind(signedBy) !== 'url' ||
        fingerprint !== undefined,
      'fingerprint: expected, because signedBy is a URL',
    ),
  title: ({ name, state }) => `${name}${state === 'present' ? '' : ` ${state}`}`,
  needs: { root: true, tools: ['apt-get'] },
  inputs: ({ signedBy }, { find }) => controllerKey(signedBy, find),
  probe: ({ name, signedBy, fingerprint }) => {
    const keyPath = `${keysFolder}/${name}.asc`
    return {
      source: file(`${sourcesFolder}/${name}.sources`, { content: true }),
      sources: file(sourcesFolder),
      keys: file(keysFolder),
      key: file(keyPath, { content: true }),
      hostKey: file(isHostKey(signedBy) ? signedBy! : '/', { content: isHostKey(signedBy) }),
      downloaded: output(
        downloadKeyScript(signedBy ?? '', hasComment(keyPath, fingerprint ?? [])),
        parseDownloaded,
        { reads: [keyPath] },
      ),
    }
  },
  plan: (params, observed, controller): readonly Change[] => {
    const { name, state, uris = [], suites = [], enabled, updateCache } = params
    const path = `${sourcesFolder}/${name}.sources`
    if (state === 'absent')
      return [...removal(path, observed.source), ...removal(`${keysFolder}/${name}.asc`, observed.key)]
    if (observed.sources.type === 'absent') throw noApt()
    const { path: keyPath, changes, content } = keyChanges(params, observed, controller)
    const text = aptSourceText({ ...params, uris, suites }, keyPath)
    const written = fileChanges(observed.source, { path, content: text, mode: 0o644 })
    const isNew = written.some(({ diff }) => diff !== undefined) || changes.length > 0
    if (!isNew || !enabled || !updateCache) return [...changes, ...written]
    const lists: Change = {
      what: `package lists of ${name}`,
      from: 'not read',
      to: 'read',
      steps: [readListsStep(name, text, content)],
      effects: [{ tree: '/var/lib/apt/lists' }, { tree: '/var/cache/apt' }],
    }
    return [lists, ...changes, ...written]
  },
})

function isHostKey(signedBy: string | undefined): boolean {
  return signedBy !== undefined && keyKind(signedBy) === 'host'
}

type Observed = {
  readonly keys: FileState
  readonly key: FileState
  readonly hostKey: FileState
  readonly downloaded: Downloaded
}

type KeyChanges = {
  /** What the source refers to. */
  readonly path: string | undefined
  readonly changes: readonly Change[]
  /** The text of the key, where it is written. */
  readonly content: string | undefined
}

/** @throws PlaybookError E_KEY, E_FINGERPRINT, E_NO_KEY */
function keyChanges(
  { name, signedBy, fingerprint }: { name: string; signedBy?: string; fingerprint?: readonly string[] },
  { keys, key, hostKey, downloaded }: Observed,
  controller: Buffer | undefined,
): KeyChanges {
  if (signedBy === undefined) return { path: undefined, changes: [], content: undefined }
  const what = keyName(signedBy)
  if (isHostKey(signedBy)) {
    const bytes = contentOf(signedBy, hostKey)
    if (!bytes) throw new PlaybookError('E_NO_KEY', `${what} does not exist on the host.`)
    checkedFingerprints(bytes, what, fingerprint)
    return { path: signedBy, changes: [], content: undefined }
  }
  const path = `${keysFolder}/${name}.asc`
  const content = controller
    ? asText(controller, what, fingerprint)
    : urlKey(signedBy, path, key, downloaded, fingerprint!)
  const folder: Change[] =
    keys.type === 'absent'
      ? [
          {
            what: keysFolder,
            from: 'absent',
            to: 'folder',
            steps: [run(sh`mkdir -m 755 ${keysFolder}`)],
            effects: [{ tree: keysFolder }],
          },
        ]
      : []
  const written = fileChanges(key, { path, content, mode: 0o644 })
  return { path, changes: written.length === 0 ? [] : [...folder, ...written], content }
}

/** The key from a URL: the one that is there, if it is the right one. */
function urlKey(
  url: string,
  path: string,
  key: FileState,
  downloaded: Downloaded,
  fingerprint: readonly string[],
): string {
  const isThere = !downloaded.bytes && downloaded.failure === undefined
  const present = contentOf(path, key)
  if (isThere && present) {
    checkedFingerprints(present, path, fingerprint)
    return present.toString()
  }
  const bytes = requireDownloaded(downloaded, url)
  const found = checkedFingerprints(bytes, keyName(url), fingerprint)
  return armored(keyBytes(bytes, url), found.join(' '))
}

/** A key as the armoured text that apt takes from a file that ends with .asc. */
function asText(bytes: Buffer, what: string, fingerprint: readonly string[] | undefined): string {
  const found = checkedFingerprints(bytes, what, fingerprint)
  const text = bytes.toString('latin1')
  return isArmored(text) ? text : armored(bytes, found.join(' '))
}

function removal(path: string, state: FileState): Change[] {
  if (state.type === 'absent') return []
  return [
    {
      what: path,
      from: state.type,
      to: 'absent',
      steps: [run(sh`rm -f -- ${path}`)],
      effects: [{ path, becomes: { type: 'absent' } }],
    },
  ]
}

function noApt(): PlaybookError {
  return new PlaybookError(
    'E_NO_FOLDER',
    `The folder ${sourcesFolder} does not exist: there is no apt here.`,
    {
      hint: 'yumRepository is for hosts with dnf.',
    },
  )
}
