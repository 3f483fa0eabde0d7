// The task fetch: copies a file of a host to the controller.

import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve, sep } from 'node:path'
import { type Change, call, defineTask, file, filePath, PlaybookError, z } from '../../src/index.ts'
import { digestOf } from '../params/fileDigest.ts'
import { fileKind } from '../params/fileKind.ts'

/**
 * Copies a file of a host to the controller, if the controller does not have it with the same SHA-256.
 *
 * - `src` (absolute): the file on the host, which the task's user has to be able to read. Its size is not limited but
 *   by 4 GiB: it is streamed, and verified.
 * - `dest`: on the controller, relative to the folder of the file in which the task is written: a folder, in which it
 *   becomes `HOST/PATH`, as `web-01/etc/httpd/conf/httpd.conf`. Missing folders are made.
 * - `flat` (default false): true makes `dest` the file itself; with a slash at the end it is a folder, in which the file
 *   keeps its name. Several hosts then need different names: `` dest: `out/${host.name}.log` ``.
 * - `failOnMissing` (default true): whether it is an error if the host has no such file.
 *
 * A new file is for the user of the controller alone (0600), and takes its place once it is complete.
 *
 * Errors: E_NO_SOURCE, E_SOURCE_NOT_A_FILE, E_UNREADABLE (on the host), E_NOT_A_FILE, E_DEST (on the controller),
 * E_DOWNLOAD_FILE with the reason.
 *
 * Source: Ansible's fetch, whose `validate_checksum` is always on here.
 *
 * @example fetch({ src: '/var/log/app/app.log', dest: 'logs' })
 * @example fetch({ src: '/etc/pki/tls/certs/ca.crt', dest: 'out/ca.crt', flat: true }, { runOnce: true })
 */
export const fetch = defineTask({
  name: 'fetch',
  summary: 'Copies a file of a host to the controller.',
  ansible: {
    modules: ['fetch'],
    params: { validate_checksum: 'There is no such option: what is fetched is always verified.' },
  },
  params: z.strictObject({
    src: filePath.describe('The file on the host.'),
    dest: z
      .string()
      .regex(/^[^\0]+$/, 'expected a path')
      .describe('A folder on the controller, in which it becomes HOST/PATH.'),
    flat: z.boolean().default(false).describe('Whether dest is the file itself.'),
    failOnMissing: z.boolean().default(true).describe('Whether it is an error if there is no such file.'),
  }),
  title: ({ src }) => src,
  inputs: async ({ src, dest, flat }, { directory, host }): Promise<LocalFile> => {
    const folder = resolve(directory, dest)
    const path = flat
      ? /[/\\]$/.test(dest)
        ? join(folder, posix.basename(src))
        : folder
      : pathFor(folder, String(host?.get('inventory_hostname') ?? 'localhost'), src)
    return { path, digest: await digestAt(path) }
  },
  probe: ({ src }) => ({ found: file(src, { digest: 'sha256' }) }),
  plan: ({ src, failOnMissing }, { found }, local): Change[] => {
    if (found.type === 'absent') {
      if (!failOnMissing) return []
      throw new PlaybookError('E_NO_SOURCE', `The host has no file ${src}.`, {
        hint: 'failOnMissing: false accepts that.',
      })
    }
    if (found.type !== 'file') {
      throw new PlaybookError('E_SOURCE_NOT_A_FILE', `${src} is a ${fileKind(found)}, not a file.`, {
        hint: found.type === 'directory' ? 'The task archive makes one file of it.' : undefined,
      })
    }
    if (found.digest === undefined) {
      throw new PlaybookError('E_UNREADABLE', `The task's user may not read ${src}.`, {
        hint: `It belongs to ${found.owner}:${found.group}. Use become: true, or another user?`,
      })
    }
    if (found.digest === local.digest) return []
    const from = local.digest === undefined ? 'absent' : 'another file'
    const fetching = call(`fetches ${src}`, ({ download }) => save(local.path, (part) => download(src, part)))
    return [{ what: local.path, from, to: `${found.size} bytes of ${src}`, steps: [fetching], effects: [] }]
  },
  effects: () => [],
  // What arrives is verified, and the controller's file is read before the host's.
  verify: false,
})

/** `digest` is undefined if there is no file. */
type LocalFile = { readonly path: string; readonly digest: string | undefined }

/** @throws PlaybookError E_DEST for a name that would lead out of the folder */
function pathFor(folder: string, host: string, src: string): string {
  const path = join(folder, host, ...posix.normalize(src).split('/'))
  const isInside = /^(?!\.{1,2}$)[^/\\\0]+$/.test(host) && path.startsWith(join(folder, host) + sep)
  if (isInside) return path
  throw new PlaybookError('E_DEST', `The name of the host, "${host}", cannot be the name of a folder.`, {
    hint: 'Use flat: true, with a dest of your own for each host.',
  })
}

/** @throws PlaybookError E_NOT_A_FILE, E_DEST */
async function digestAt(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw unusable(path, cause)
  })
  if (found === undefined) return undefined
  if (found.isFile()) return digestOf(path)
  const hint = found.isDirectory() ? `flat: true with a slash at the end: '${path}/'.` : undefined
  throw new PlaybookError('E_NOT_A_FILE', `${path} on this machine is not a regular file.`, { hint })
}

async function save(path: string, fetchInto: (part: string) => Promise<void>): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(dirname(path), { recursive: true })
  } catch (thrown) {
    throw unusable(path, thrown as Error)
  }
  try {
    await fetchInto(part)
    await rename(part, path)
  } finally {
    await rm(part, { force: true })
  }
}

function unusable(path: string, cause: Error): PlaybookError {
  return new PlaybookError('E_DEST', `${path} on this machine cannot be used: ${cause.message}`, { cause })
}
