// The task knownHosts: the keys by which ssh on a host knows other hosts.

import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { type Change, contentOf, defineTask, fileChanges, run, sh, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { noFolder } from '../params/paths.ts'
import { homeFile } from './homeFile.ts'
import { editKnownHosts, type HostKey } from './knownHostsText.ts'
import { keyLines, parseKey } from './publicKeys.ts'

/**
 * Puts the keys of a host into a known_hosts file, so that ssh and git on this host connect to it without asking.
 *
 * - `name`: of the other host, as it is connected to: `git.example.org`, `[git.example.org]:2222`, an address.
 * - `key`: its keys, one or a list: lines as ssh-keyscan prints them, or without the name as a .pub file has them. For
 *   each type the host has one key: another one is replaced. Take them from a source that you trust.
 * - `path`: the file, absolute or below the home of the task's user; default `.ssh/known_hosts`. For all users:
 *   `/etc/ssh/ssh_known_hosts`.
 * - `hashHost` (default false): whether the name of a new entry is hashed. Entries with hashed names are found too.
 * - `state` (default `'present'`): `'absent'` removes these keys of the host, or all of them if no `key` is given.
 *
 * Other names in a line, comments, patterns and lines with @cert-authority or @revoked stay as they are. A new file has
 * mode 0644, in the home 0600; .ssh is made with 0700.
 *
 * Errors: E_NO_FOLDER, E_UNSAFE_PATH.
 *
 * Sources: sshd(8), ssh-keygen(1), Ansible's known_hosts.
 *
 * @example knownHosts({ name: 'git.example.org', key: 'git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…' })
 */
export const knownHosts = defineTask({
  name: 'knownHosts',
  summary: 'Puts the keys of a host into a known_hosts file, or removes them.',
  ansible: { modules: ['known_hosts'], params: { host: 'name', hash_host: 'hashHost' } },
  params: z
    .strictObject({
      name: z
        .string()
        .regex(
          /^(?:\[[^\s\],*?!|]+\]:\d{1,5}|[^\s\],[*?!|@#]+)$/,
          'expected the name of a host, or [name]:port',
        )
        .describe('The other host, as it is connected to.'),
      key: oneOrMany(z.string().regex(/\S/, 'expected a key of a host'))
        .optional()
        .describe('Its keys: lines of ssh-keyscan, or of .pub files; one or a list.'),
      path: z
        .string()
        .regex(/^(?!(?:.*\/)?\.\.(?:\/|$))[^\0\n]*[^/\0\n]$/, 'expected the path of a file')
        .default('.ssh/known_hosts')
        .describe("The file, absolute or below the home of the task's user."),
      hashHost: z.boolean().default(false).describe('Whether the name of a new entry is hashed.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the keys are there.'),
    })
    .refine(({ state, key }) => state === 'absent' || key !== undefined, {
      path: ['key'],
      error: 'expected the keys of the host',
    })
    .superRefine(({ name, key = [] }, { addIssue }) => {
      for (const line of key.flatMap(keyLines)) {
        const problem = hostKey(line, name)
        if (typeof problem === 'string') addIssue({ code: 'custom', path: ['key'], message: problem })
      }
    }),
  title: ({ name }) => name,
  // Of random bytes, which a plan, being pure, cannot make.
  inputs: ({ hashHost }) => (hashHost ? randomBytes(20) : undefined),
  probe: ({ path }) => ({ found: homeFile({ path, state: stateOf(path) }) }),
  plan: ({ name, key = [], path: given, state }, { found }, salt): Change[] => {
    const { path, folder, file: current, uid, gid } = found
    const isInHome = !posix.isAbsolute(given)
    const before = contentOf(path, current)?.toString('latin1') ?? ''
    const keys = key.flatMap(keyLines).map((line) => hostKey(line, name) as HostKey)
    const { text, edits } = editKnownHosts(before, { name: name.toLowerCase(), keys, state, salt })
    if (edits.length === 0) return []
    if (folder.type === 'absent' && !isInHome) throw noFolder(path)
    const parent = posix.dirname(path)
    const made: Change = {
      what: parent,
      from: 'absent',
      to: 'directory 0700',
      effects: [{ tree: parent }],
      steps: [
        run(sh`rp_mkdir ${[parent, '0700', `${uid}:${gid}`]}`, { paths: [{ path: parent, as: 'entry' }] }),
      ],
    }
    const changes = fileChanges(current, {
      path,
      content: Buffer.from(text, 'latin1'),
      ...(current.type === 'absent' ? { mode: isInHome ? 0o600 : 0o644 } : {}),
      edits: edits.map((each) => ({ ...each, what: `${path}: ${each.what}` })),
    })
    return [
      ...(folder.type === 'absent' ? [made] : []),
      ...changes.map((change) => ({ ...change, effects: [{ state: stateOf(given) }] })),
    ]
  },
  effects: ({ path }) => [{ state: stateOf(path) }, { tree: posix.isAbsolute(path) ? path : '/root/.ssh' }],
})

function stateOf(path: string): string {
  return `knownHosts/${path.replace(/^\//, '')}`
}

/** The key in a line, or what was expected. */
function hostKey(line: string, name: string): HostKey | string {
  const parsed = parseKey(line)
  if (!parsed) return 'expected a key of a host, such as one line of ssh-keyscan'
  const names = parsed.options.toLowerCase().split(',')
  const isFor = parsed.options === '' || names.includes(name.toLowerCase())
  return isFor
    ? { type: parsed.type, blob: parsed.blob }
    : `expected a key of ${name}, not of ${parsed.options}`
}
