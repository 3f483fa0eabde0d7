// The task yumRepository: adds or removes a repository of packages for dnf and yum.

import {
  type Change,
  contentOf,
  defineTask,
  file,
  fileAttributes,
  fileChanges,
  PlaybookError,
  run,
  type Secret,
  secretText,
  sh,
  z,
} from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { type RepoOptions, withoutRepoSection, withRepoSection } from './repositories/repoSection.ts'

const folder = '/etc/yum.repos.d'
const url = z.string().regex(/^[a-z]+:\/\/\S+$/, 'expected a URL')
const flag = z.boolean().optional()
const oneLine = z.string().regex(/^[^\r\n\0]*$/, 'expected one line')

/** Options of dnf.conf(5) by the names of the parameters. */
const texts = {
  baseurl: oneOrMany(url).optional().describe('Where the packages are.'),
  mirrorlist: url.optional().describe('A list of mirrors.'),
  metalink: url.optional().describe('A list of mirrors with checksums.'),
  gpgkey: oneOrMany(url).optional().describe('URLs of the keys: file:///etc/pki/rpm-gpg/…'),
  exclude: oneOrMany(oneLine).optional().describe('Packages that are not taken from it; may have *.'),
  includepkgs: oneOrMany(oneLine)
    .optional()
    .describe('The only packages that are taken from it; may have *.'),
  proxy: z
    .union([url, z.literal('_none_')], "expected a URL, or '_none_'")
    .optional()
    .describe('Its proxy.'),
  proxyUsername: oneLine.optional().describe('The user name for the proxy.'),
  username: oneLine.optional().describe('The user name for the repository.'),
  sslcacert: oneLine.optional().describe('The file of certificates that are trusted.'),
  sslclientcert: oneLine.optional().describe('The file of the client certificate.'),
  sslclientkey: oneLine.optional().describe('The file of its key.'),
  metadataExpire: z
    .union([oneLine, z.int()])
    .optional()
    .describe("How long metadata stays valid: 3600, '6h', 'never'."),
  ipResolve: z.enum(['4', '6']).optional().describe('The version of IP to use.'),
  cost: z.int().optional().describe('Repositories with a lower cost are preferred (1000).'),
  priority: z.int().optional().describe('Packages of a repository with a lower number win (99).'),
  timeout: z.int().optional().describe('Seconds to wait for a connection.'),
  retries: z.int().optional().describe('How often a download is tried.'),
}

const flags = {
  enabled: z.boolean().default(true).describe('Whether dnf uses it.'),
  gpgcheck: flag.describe('Whether packages must be signed; default: as dnf is configured.'),
  repoGpgcheck: flag.describe('Whether metadata must be signed.'),
  sslverify: flag.describe('Whether its certificate is verified.'),
  skipIfUnavailable: flag.describe('Whether dnf continues without it if it does not answer.'),
  moduleHotfixes: flag.describe('Whether its packages are available whatever module streams are enabled.'),
  countme: flag.describe('Whether dnf lets mirrors count this host.'),
  enablegroups: flag.describe('Whether its groups can be installed.'),
}

/**
 * Adds a repository of packages for dnf and yum, or removes it: a section of a file in /etc/yum.repos.d. Other sections
 * and comments stay byte for byte. Other options of the section are removed, as in Ansible.
 *
 * - `name`: the section, which dnf calls the repository's id. `file`: the file, without .repo; default: `name`.
 * - `description`: the name for people; default: `name`.
 * - `baseurl`, `mirrorlist` or `metalink`: at least one of them. `$releasever` and `$basearch` are dnf's.
 * - `gpgkey`: dnf imports it before it installs the first package; run with `-y`, it does not ask. The task `rpmKey`
 *   checks its fingerprint first.
 * - `password`, `proxyPassword`: texts or secrets, which are not shown; a new file with one gets mode 0600.
 * - `options`: any further option of dnf.conf(5): `{ deltarpm: '0' }`. The others are named as there, in camelCase.
 * - `state`: `present` (default) or `absent`. A file without a section left is removed.
 *
 * @throws PlaybookError E_NO_FOLDER (no dnf or yum), E_NOT_A_FILE
 * @example yumRepository({ name: 'epel', description: 'EPEL 9', metalink: 'https://mirrors.fedoraproject.org/metalink?repo=epel-9&arch=$basearch', gpgcheck: true, gpgkey: 'file:///etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9' })
 *
 * Source: dnf.conf(5).
 */
export const yumRepository = defineTask({
  name: 'yumRepository',
  summary: 'Adds or removes a repository of packages for dnf and yum.',
  ansible: {
    modules: ['yum_repository', 'dnf_config_manager'],
    params: {
      reposdir: `There is no such option: the file is in ${folder}.`,
      includepkgs: 'includepkgs',
      excludepkgs: 'exclude',
      ui_repoid_vars: "options: { ui_repoid_vars: '…' }",
      validate_certs: 'sslverify',
      ssl_verify: 'sslverify',
      client_cert: 'sslclientcert',
      client_key: 'sslclientkey',
    },
  },
  params: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, 'expected letters, digits, ".", "_", ":" and "-"')
        .describe('Its id.'),
      file: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'expected the name of a file, without folder')
        .transform((name) => name.replace(/\.repo$/, ''))
        .optional()
        .describe('The file, without .repo; default: name.'),
      description: oneLine.optional().describe('Its name for people; default: name.'),
      ...texts,
      ...flags,
      password: secretText.optional().describe('The password for the repository. Never shown.'),
      proxyPassword: secretText.optional().describe('The password for the proxy. Never shown.'),
      options: z
        .record(z.string().regex(/^[a-z0-9_]+$/, 'expected an option of dnf.conf'), oneLine)
        .default({})
        .describe('Further options, as dnf.conf(5) has them.'),
      ...fileAttributes,
      state: z.enum(['present', 'absent']).default('present').describe('Whether it is there.'),
    })
    .refine(
      ({ state, baseurl, mirrorlist, metalink }) => state === 'absent' || baseurl || mirrorlist || metalink,
      'expected baseurl, mirrorlist or metalink',
    ),
  title: ({ name, state }) => `${name}${state === 'present' ? '' : ' absent'}`,
  needs: { root: true },
  probe: (params) => ({
    current: file(pathOf(params), { content: true }),
    repositories: file(folder),
  }),
  plan: (params, { current, repositories }): readonly Change[] => {
    const path = pathOf(params)
    const { name, state, password, proxyPassword, owner, group } = params
    const before = contentOf(path, current)?.toString() ?? ''
    if (state === 'absent') {
      const after = withoutRepoSection(before, name)
      if (after === before) return []
      const isSecret = hasPassword(before)
      return after === '' ? [removal(path)] : fileChanges(current, { path, content: after, isSecret })
    }
    if (repositories.type === 'absent') throw noDnf()
    const hasSecret = password !== undefined || proxyPassword !== undefined
    const mode = params.mode ?? (current.type === 'absent' ? (hasSecret ? 0o600 : 0o644) : undefined)
    const content = withRepoSection(before, name, optionsOf(params))
    const isSecret = hasSecret || hasPassword(before)
    return fileChanges(current, { path, content, owner, group, mode, isSecret })
  },
})

/** A file with a password has no diff, even where no parameter names it. */
function hasPassword(text: string): boolean {
  return /^\s*(?:proxy_)?password\s*=/m.test(text)
}

type Params = { readonly name: string; readonly file?: string | undefined }

function pathOf({ name, file }: Params): string {
  return `${folder}/${file ?? name}.repo`
}

type Options = Params & {
  readonly description?: string | undefined
  readonly password?: Secret | undefined
  readonly proxyPassword?: Secret | undefined
  readonly options: { readonly [name: string]: string }
  readonly [name: string]: unknown
}

/** The options of the section. */
function optionsOf({ name, description, password, proxyPassword, options, ...params }: Options): RepoOptions {
  const values: [string, string | undefined][] = [
    ['name', description ?? name],
    ...Object.keys(texts).map((key): [string, string | undefined] => [snake(key), textOf(params[key])]),
    ...Object.keys(flags).map((key): [string, string | undefined] => [snake(key), flagOf(params[key])]),
    ['password', password?.reveal()],
    ['proxy_password', proxyPassword?.reveal()],
    ...Object.entries(options),
  ]
  return new Map(values.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  return Array.isArray(value) ? value.join(' ') : String(value)
}

function flagOf(value: unknown): string | undefined {
  return value === undefined ? undefined : value ? '1' : '0'
}

function removal(path: string): Change {
  return {
    what: path,
    from: 'file',
    to: 'absent',
    steps: [run(sh`rm -f -- ${path}`)],
    effects: [{ path, becomes: { type: 'absent' } }],
  }
}

function noDnf(): PlaybookError {
  return new PlaybookError('E_NO_FOLDER', `The folder ${folder} does not exist: there is no dnf here.`, {
    hint: 'aptRepository is for hosts with apt.',
  })
}
