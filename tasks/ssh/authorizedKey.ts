// The task authorizedKey: who may log in to an account by which key.

import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import {
  account,
  type Change,
  contentOf,
  defineTask,
  fetchText,
  fileChanges,
  formatMode,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { noFolder } from '../params/paths.ts'
import { type EditedKeys, editKeys } from './editKeys.ts'
import { type HomeFile, homeFile } from './homeFile.ts'
import { keyLines, type PublicKey, parseKey } from './publicKeys.ts'

/**
 * Puts public keys into the authorized_keys of a user, or removes them.
 *
 * - `user`: whose account.
 * - `key`: one or a list: a line of a .pub file, several lines, or a URL, which the controller fetches
 *   (`'https://github.com/NAME.keys'`). Or `src`: a file on the controller, found as that of copyFile.
 * - `keyOptions`: the options of the keys (`'no-pty,from="10.0.0.0/8"'`), `''` for none; default: those that a key has in
 *   `key`, or else in the file. `comment`: of the keys; default: the same.
 * - `exclusive` (default false): whether all other keys are removed.
 * - `path`: the file, absolute or below the home; default `.ssh/authorized_keys`.
 * - `manageDir` (default true): whether the folder of the file is made, and belongs to the user with mode 0700. It is
 *   left alone if `path` is absolute and not in the home, where others may have files.
 * - `state` (default `'present'`): `'absent'` removes the keys.
 *
 * A key is its type and its bytes: with other options or another comment it is the same key, and stays one entry. Comments
 * and all other lines stay. A new file belongs to the user, with mode 0600.
 *
 * Errors: E_NO_ACCOUNT, E_KEY (no public key), E_NO_SOURCE, E_FETCH (on the controller), E_NO_FOLDER, E_UNSAFE_PATH.
 *
 * Sources: sshd(8), Ansible's authorized_key (ansible.posix).
 *
 * @example authorizedKey({ user: 'deploy', src: 'files/deploy.pub' })
 * @example authorizedKey({ user: 'ops', key: ['https://github.com/eve.keys', ed25519], exclusive: true })
 */
export const authorizedKey = defineTask({
  name: 'authorizedKey',
  summary: 'Puts public keys into the authorized_keys of a user, or removes them.',
  ansible: {
    modules: ['authorized_key'],
    params: {
      validate_certs: 'There is no such option: certificates are always checked.',
      follow: 'There is no such option: links are not followed.',
    },
  },
  params: z
    .strictObject({
      user: account.describe('Whose account.'),
      key: oneOrMany(z.string().regex(/\S/, 'expected a public key'))
        .optional()
        .describe('Keys: the text of a .pub file, or a URL of keys; one or a list.'),
      src: z.string().min(1).optional().describe('A file with keys on the controller, instead of key.'),
      keyOptions: z
        .string()
        .regex(
          /^(?:[^\s"]|"(?:\\.|[^"\\\n])*")*$/,
          'expected options of sshd, with blanks in double quotes only',
        )
        .optional()
        .describe('Options of the keys; default: those they have.'),
      comment: z
        .string()
        .regex(/^[^\r\n\0]*$/, 'expected one line')
        .optional()
        .describe('Comment of the keys; default: that which they have.'),
      exclusive: z.boolean().default(false).describe('Whether all other keys are removed.'),
      path: z
        .string()
        .regex(/^(?!(?:.*\/)?\.\.(?:\/|$))[^\0\n]*[^/\0\n]$/, 'expected the path of a file')
        .default('.ssh/authorized_keys')
        .describe('The file, absolute or below the home.'),
      manageDir: z.boolean().default(true).describe("Whether the folder is made, and the user's alone."),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the keys are there.'),
    })
    .refine(({ key, src }) => (key === undefined) !== (src === undefined), { error: 'expected key or src' })
    .refine(({ state, exclusive }) => state === 'present' || !exclusive, {
      path: ['exclusive'],
      error: "expected only with state: 'present'",
    })
    .superRefine(({ key = [] }, { addIssue }) => {
      for (const each of key) {
        if (isUrl(each)) continue
        const wrong = keyLines(each).find((line) => !parseKey(line))
        if (wrong !== undefined || keyLines(each).length === 0)
          addIssue({ code: 'custom', path: ['key'], message: expectedKey })
      }
    }),
  title: ({ user }) => user,
  inputs: async ({ key, src }, { find }): Promise<readonly PublicKey[]> => {
    const texts = src === undefined ? await Promise.all(key!.map(textOf)) : [await sourceText(find(src))]
    return texts.flatMap(({ text, from }) => keyLines(text).map((line) => parseKey(line) ?? wrongKey(from)))
  },
  probe: ({ user, path }) => ({ found: homeFile({ user, path, state: stateOf(user, path) }) }),
  plan: (params, { found }, keys): Change[] => {
    const { user, state, path: given } = params
    const { path, folder, file: current } = found
    const before = contentOf(path, current)?.toString('latin1') ?? ''
    const edited = editKeys(before, keys, params)
    const isManaged = params.manageDir && (!posix.isAbsolute(given) || given.startsWith('/home/'))
    if (state === 'absent' && current.type === 'absent') return []
    if (folder.type === 'absent' && !isManaged) throw noFolder(path)
    const changes = [...(isManaged ? folderChanges(found) : []), ...fileChange(found, edited)]
    const content = Buffer.from(edited.text, 'latin1')
    const attributes = {
      mode: 0o600,
      owner: user,
      group: found.gid,
      uid: Number(found.uid),
      gid: Number(found.gid),
    }
    const kept =
      current.type === 'file' ? current : { type: 'file' as const, ...attributes, mtimeMs: 0, links: 1 }
    const becomes: HomeFile = {
      ...found,
      folder: { type: 'directory', ...attributes, mode: 0o700, mtimeMs: 0 },
      file: { ...kept, size: content.length, content },
    }
    return changes.map((change, index) =>
      index === changes.length - 1
        ? { ...change, effects: [...(change.effects ?? []), { state: stateOf(user, given), becomes }] }
        : change,
    )
  },
  effects: ({ user, path }) => [
    { state: stateOf(user, path) },
    { tree: posix.isAbsolute(path) ? path : `/home/${user}` },
  ],
})

const expectedKey = 'expected a public key, as a .pub file has it, or a URL'

function stateOf(user: string, path: string): string {
  return `authorizedKeys/${user}/${path.replace(/^\//, '')}`
}

function folderChanges({ path, uid, gid, folder }: HomeFile): Change[] {
  const parent = posix.dirname(path)
  const spec = `${uid}:${gid}`
  if (folder.type === 'absent') {
    const steps = [run(sh`rp_mkdir ${[parent, '0700', spec]}`, { paths: [{ path: parent, as: 'entry' }] })]
    return [{ what: parent, from: 'absent', to: 'directory 0700', steps, effects: [{ tree: parent }] }]
  }
  if (folder.type !== 'directory')
    throw new PlaybookError('E_NOT_A_DIRECTORY', `${parent} is not a directory.`)
  const isRight = folder.mode === 0o700 && String(folder.uid) === uid
  if (isRight) return []
  const steps = [
    run(sh`rp_attributes ${[parent, spec, '0700']}`, { paths: [{ path: parent, as: 'attributes' }] }),
  ]
  const from = `${folder.owner} ${formatMode(folder.mode)}`
  return [{ what: parent, from, to: `${uid} 0700`, steps, effects: [{ tree: parent, only: 'attributes' }] }]
}

function fileChange({ path, uid, gid, file: current }: HomeFile, { text, edits }: EditedKeys): Change[] {
  if (edits.length === 0) return []
  const isNew = current.type === 'absent'
  return fileChanges(current, {
    path,
    content: Buffer.from(text, 'latin1'),
    ...(isNew ? { owner: uid, group: gid, mode: 0o600 } : {}),
    edits: edits.map((each) => ({ ...each, what: `${path}: ${each.what}` })),
  })
}

function isUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text.trim())
}

async function textOf(key: string): Promise<{ readonly text: string; readonly from: string }> {
  return isUrl(key) ? { text: await fetchText(key.trim()), from: key.trim() } : { text: key, from: 'key' }
}

async function sourceText(path: string): Promise<{ readonly text: string; readonly from: string }> {
  try {
    return { text: await readFile(path, 'utf8'), from: path }
  } catch (cause) {
    throw new PlaybookError('E_NO_SOURCE', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function wrongKey(from: string): never {
  throw new PlaybookError('E_KEY', `${from} has a line that is not a public key.`, {
    hint: 'A public key begins with ssh-ed25519, ecdsa-sha2-nistp256 or ssh-rsa, as in a .pub file.',
  })
}
