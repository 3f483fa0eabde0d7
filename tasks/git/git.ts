// The task git: a clone of a repository at a version.

import { type Change, defineTask, filePath, output, Secret, secret, z } from '../../src/index.ts'
import { ownPath } from '../params/paths.ts'
import { gitChanges, gitEffects } from './changes.ts'
import { type GitParams, gitVersion, hostKeyLine, privateKey, repository } from './params.ts'
import { type GitState, parseState } from './state.ts'
import { stateCommand } from './stateScript.ts'

/**
 * Clones a repository of git on the host, and keeps the clone at a version. Each run asks the repository for the commit
 * of the version; a commit that is given by its id and is already checked out needs no network.
 *
 * - `repo`: `https://…`, `ssh://…`, `git://…`, `file://…`, `user@host:path`, or a path on the host; without a password.
 * - `dest` (absolute): the folder. It is made, with the missing ones above it. It must be empty, or the clone.
 * - `version` (default `'HEAD'`, the main branch): a branch, which is then checked out, a tag, a commit, the beginning
 *   of one (4 digits or more), or a ref such as `refs/pull/12/head`. A branch comes before a tag of the same name.
 * - `depth`: how many commits to fetch; default: all, with all branches. A beginning of an id needs all of them.
 * - `force` (default false): discards local changes and commits that are not pushed, and overwrites files in the way.
 * - `update` (default true): false leaves a clone that is there as it is. `clone` (default true): false makes none.
 * - `bare` (default false): a bare repository that has all branches and tags of `repo`, without a version.
 * - `recursive` (default true): submodules, and theirs. `remote` (default `'origin'`): its name. `umask`: that of the
 *   files, such as `'0027'`.
 * - `key`: a private key for ssh (a deploy key), or `keyFile`, one on the host. `hostKeys`: lines of known_hosts; if
 *   given, no other host keys count. `urlUsername`, `urlPassword`: for https (a user name and a token), for the server of
 *   `repo` alone. Key and password are in no command line, and are not kept on the host.
 *
 * Without `force` nothing is lost: local changes of files in commits are an error even if the version is right
 * (E_LOCAL_CHANGES), and so are commits that a checkout would leave without a name, and that the remote does not have
 * (E_UNPUSHED_COMMITS), and files in the way, ignored ones too. Files that are in no commit stay. In a bare repository
 * branches only move forward.
 *
 * git runs what the configuration and hooks of a repository name, so only the task's user may own and write `dest`: if
 * another user owns it or a folder above it, or may write there, git does not run (E_UNSAFE_REPOSITORY). Run the task
 * as the owner. `unsafePaths` does not change that. git never asks for passwords: what it would ask for is an error.
 *
 * --diff shows the subjects of the commits, as far as the clone has them.
 *
 * Errors: E_TOOL (no git), E_GIT_REPOSITORY, E_NO_REVISION, E_GIT_ACCESS, E_GIT_HOST_KEY, E_LOCAL_CHANGES,
 * E_UNPUSHED_COMMITS, E_UNSAFE_REPOSITORY, E_NOT_EMPTY, E_NOT_A_DIRECTORY, E_UNSAFE_PATH, E_GIT.
 *
 * Sources: git-checkout(1), git-fetch(1), git-config(1) (safe.directory, credential.helper), Ansible's git. It needs git
 * 2.8 or newer.
 *
 * @example git({ repo: 'https://git.example/app.git', dest: '/srv/app', version: 'v1.4.2' })
 * @example git({ repo: 'git@git.example:site.git', dest: '/srv/www/site', version: 'main', key: vars.deploy_key, hostKeys: [vars.git_host_key] }, { become: 'www' })
 */
export const git = defineTask({
  name: 'git',
  summary: 'Clones a repository of git, and keeps the clone at a branch, tag or commit.',
  ansible: {
    modules: ['git'],
    params: {
      name: 'repo',
      refspec: 'version takes a whole ref: refs/pull/12/head.',
      accept_hostkey: "Give the server's key as hostKeys, or use the task knownHosts.",
      accept_newhostkey: "Give the server's key as hostKeys, or use the task knownHosts.",
      ssh_opts: "Use environment: { GIT_SSH_COMMAND: 'ssh -o …' }.",
      single_branch: 'depth fetches the branch of the version alone.',
      track_submodules: 'There is no such option: submodules are at the commits that the tree names.',
      reference: 'There is no such option.',
      separate_git_dir: 'There is no such option.',
      executable: 'Use environment: { PATH: … }.',
      verify_commit: 'There is no such option: give the id of a commit as version.',
      gpg_allowlist: 'There is no such option: give the id of a commit as version.',
      archive: 'The task archive makes archives of folders.',
      archive_prefix: 'The task archive makes archives of folders.',
    },
  },
  params: z
    .strictObject({
      repo: repository.describe('The URL of the repository, or its path on the host.'),
      dest: ownPath.describe('The folder on the host; it is made.'),
      version: gitVersion
        .default('HEAD')
        .describe('A branch, a tag, a commit, the beginning of one, or a ref.'),
      remote: z
        .string()
        .regex(/^\w[\w.-]*$/, 'expected a name of letters, digits, ".", "_" and "-"')
        .default('origin')
        .describe('The name of the remote.'),
      depth: z.int().min(1).optional().describe('How many commits to fetch; default: all.'),
      force: z
        .boolean()
        .default(false)
        .describe('Whether local changes and commits that are not pushed may be lost.'),
      update: z.boolean().default(true).describe('Whether an existing clone is updated to the version.'),
      clone: z.boolean().default(true).describe('Whether to clone if there is no clone.'),
      bare: z.boolean().default(false).describe('Whether it is a bare repository.'),
      recursive: z.boolean().default(true).describe('Whether submodules are checked out, too.'),
      umask: z
        .string()
        .regex(/^0?[0-7]{3}$/, 'expected an octal mask such as 0022')
        .optional()
        .describe('The umask of the files.'),
      key: privateKey.optional().describe('A private key for ssh. Never shown, and not kept on the host.'),
      keyFile: filePath.optional().describe('A private key for ssh, a file of the host.'),
      hostKeys: z
        .array(hostKeyLine)
        .default([])
        .describe('Lines of known_hosts: the only host keys that ssh accepts.'),
      urlUsername: z
        .string()
        .regex(/^[^\r\n\0]+$/, 'expected one line')
        .optional()
        .describe('The user name for https.'),
      urlPassword: z
        .union([z.instanceof(Secret), z.string().transform(secret)])
        .refine((password) => /^[^\r\n\0]+$/.test(password.reveal()), 'expected one line')
        .optional()
        .describe('The password or token for https. Never shown, and not kept on the host.'),
    })
    .refine(({ bare, version, depth }) => !bare || (version === 'HEAD' && depth === undefined), {
      path: ['bare'],
      error: 'expected false with a version or a depth: a bare repository has all branches and tags',
    })
    .refine(({ key, keyFile }) => key === undefined || keyFile === undefined, {
      path: ['keyFile'],
      error: 'expected key or keyFile, not both',
    })
    .refine(({ urlUsername, urlPassword }) => (urlUsername === undefined) === (urlPassword === undefined), {
      error: 'expected both urlUsername and urlPassword, or neither',
    })
    .refine(({ repo, urlUsername }) => urlUsername === undefined || /^https?:/.test(repo), {
      path: ['urlUsername'],
      error: 'expected only with https://…; for ssh give key',
    }),
  title: ({ dest }) => dest,
  needs: ({ repo }) => ({ tools: ['git', ...(/^(?!https?:|git:|file:|\/)/.test(repo) ? ['ssh'] : [])] }),
  probe: (params: GitParams) => ({
    found: output(stateCommand(params), parseState, { reads: readsOf(params), holds: isAbsentStill(params) }),
  }),
  plan: (params: GitParams, { found }): readonly Change[] => gitChanges(params, found),
  effects: gitEffects,
})

function readsOf({ repo, dest, keyFile }: GitParams): readonly string[] {
  const path = /^(?:file:\/\/)?(\/.*)$/.exec(repo)?.[1]
  const server = path === undefined ? ['elsewhere', '/etc/hosts', '/etc/resolv.conf', '/etc/ssh'] : [path]
  return [dest, ...programs, ...server, ...(keyFile === undefined ? [] : [keyFile])]
}

const programs = ['packages', '/usr', '/bin']

/** A folder that is only planned will be as empty as the one that is missing. */
function isAbsentStill({ repo, dest, keyFile }: GitParams) {
  const others = readsOf({ repo, dest, keyFile } as GitParams).filter((each) => each !== dest)
  return ({ tree }: GitState, isPending: (path: string) => boolean) =>
    (tree === 'absent' || tree === 'empty') && ![`${dest}/.git`, ...others].some(isPending)
}
