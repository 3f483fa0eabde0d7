// The task copyFile: writes a file from given content or a file on the controller.

import { readFile, stat } from 'node:fs/promises'
import { basename, posix } from 'node:path'
import {
  absolutePath,
  attributeChanges,
  type Change,
  type Command,
  contentBytes,
  defineTask,
  type FileMode,
  type FileState,
  file,
  fileChanges,
  modeFor,
  PlaybookError,
  Secret,
  upload,
  writtenFile,
  z,
} from '../../src/index.ts'
import { digestOf } from '../params/fileDigest.ts'
import { fileKind } from '../params/fileKind.ts'
import { noFolder } from '../params/paths.ts'
import { preservableMode, validation, writingParams } from '../params/writing.ts'
import { overLink } from './overLink.ts'

/** Texts up to this size are compared and sent as text, so --diff can show them. */
const textLimitBytes = 1024 * 1024

/**
 * Writes a whole file atomically if its bytes differ, and sets its owner, group and mode. A power loss leaves the old
 * content or the new. If a file has several hard links, only this name gets the new content.
 *
 * - `dest` (absolute): the file on the host. With a slash at the end it is a folder, in which the file gets the name of
 *   `src`, as in Ansible's copy. The folder must exist, which Ansible's copy would make.
 * - `content`: text, bytes, or a `Secret`, which no diff shows. Or `src`: a file on the controller, relative to the
 *   folder of the file in which the task is written, or in `files/` of its role or playbook. Text up to 1 MiB is
 *   compared as text; larger or binary files, of any size, are compared by their SHA-256 and sent over a channel of
 *   their own. For a folder, use copyDirectory.
 * - `remoteSrc` (default false): `src` is a file on the host, an absolute path; it is compared and copied there.
 * - `force` (default true): false writes the file only if nothing is at `dest`; its attributes are set anyway.
 * - `owner`, `group`, `mode`: default: unchanged; of a new file the become user and 0644. A symbolic mode (`'u+x,go-w'`)
 *   changes the bits that are there. `mode: 'preserve'` takes the permission bits (0777) of `src`.
 * - `keep` (absolute): where to keep what was at `dest` before the first change, unless that path exists.
 * - `backup` (default false): whether to keep what was at `dest` at every change, beside it, as
 *   `NAME.PID.2026-01-31@23:59:59~`.
 * - `validate`: a shell command with `{}` or `%s` for the path of the new file, run before it is used: if it fails,
 *   `dest` stays as it was. The new file has its name, but is in a folder of its own, in a dry run too: what it includes
 *   by a relative path is not found.
 * - `follow` (default false): if `dest` is a symbolic link, true writes its target, and false replaces the link.
 *
 * Errors: E_NO_SOURCE, E_SOURCE_NOT_A_FILE (of `src`), E_NO_FOLDER, E_NOT_A_FILE (on the host).
 *
 * Source: Ansible's copy.
 *
 * @example copyFile({ dest: '/etc/motd', content: 'Hello\n' })
 * @example copyFile({ src: 'files/app.conf', dest: '/etc/httpd/conf.d/' })
 * @example copyFile({ src: '/usr/share/app/app.conf', remoteSrc: true, dest: '/etc/app.conf', force: false })
 * @example copyFile({ src: 'files/sudoers', dest: '/etc/sudoers.d/app', mode: '0440', validate: 'visudo -cf {}' })
 */
export const copyFile = defineTask({
  name: 'copyFile',
  summary: 'Writes a file, from given content or from a file on the controller or the host.',
  ansible: {
    modules: ['copy'],
    params: {
      path: 'dest',
      directory_mode: 'copyDirectory copies folders, and has dirMode.',
      checksum: 'There is no such option: what is sent is always verified.',
    },
  },
  params: z
    .strictObject({
      dest: absolutePath.in.describe('The file on the host; with a slash at the end, its folder.'),
      content: z
        .union([z.string(), z.instanceof(Buffer), z.instanceof(Secret)])
        .optional()
        .describe('Its content: text, bytes, or a secret, which is never shown.'),
      src: z
        .string()
        .min(1)
        .optional()
        .describe(
          'A file on the controller, relative to the file in which the task is written, or in files/ of its role or playbook.',
        ),
      ...writingParams,
      mode: preservableMode.describe("Permission bits, as '0644' or 0o644; 'preserve': those of src."),
      remoteSrc: z.boolean().default(false).describe('Whether src is a file on the host.'),
      force: z.boolean().default(true).describe('Whether to replace a file that exists.'),
      follow: z
        .boolean()
        .default(false)
        .describe('Whether to write the target of a symbolic link; false replaces the link.'),
    })
    .refine(({ content, src }) => (content === undefined) !== (src === undefined), {
      error: 'expected either content or src',
    })
    .refine(({ src, remoteSrc }) => !remoteSrc || src === undefined || absolutePath.safeParse(src).success, {
      path: ['src'],
      error: 'expected an absolute path, because remoteSrc is true',
    })
    .refine(({ src, remoteSrc }) => !remoteSrc || src !== undefined, {
      path: ['remoteSrc'],
      error: 'expected src too, the file on the host',
    })
    .refine(({ src, mode }) => mode !== 'preserve' || src !== undefined, {
      path: ['mode'],
      error: "'preserve' needs src",
    })
    .refine(({ dest, src }) => src !== undefined || !dest.endsWith('/'), {
      path: ['dest'],
      error: 'expected the path of a file: a folder, with a slash at the end, needs src for the name',
    })
    .transform(({ dest, ...rest }) => ({
      ...rest,
      dest: dest.endsWith('/') ? posix.join(dest, basename(rest.src!)) : dest,
    })),
  title: ({ dest }) => dest,
  inputs: ({ src, remoteSrc }, { find }) =>
    src === undefined || remoteSrc ? undefined : sourceFile(find(src)),
  probe: ({ dest, src, remoteSrc, content }, source) => ({
    current: file(dest, remoteSrc ? { digest: 'sha256' } : comparison(source, content)),
    remote: file(remoteSrc ? src! : '/', remoteSrc ? { digest: 'sha256' } : {}),
    entry: file(dest, { follow: false }),
    folder: file(posix.dirname(dest)),
  }),
  plan: (params, { current, remote, entry, folder }, local): Change[] => {
    const { dest, force } = params
    if (folder.type === 'absent') throw noFolder(dest)
    const source = params.remoteSrc ? sourceOnHost(params.src!, remote) : local
    const mode = params.mode === 'preserve' ? source?.mode : params.mode
    const desired: DesiredFile = { ...params, path: dest, mode, validate: validation(params.validate) }
    const content = params.content ?? source?.text
    if (!force && entry.type !== 'absent') return attributeChanges(dest, current, desired)
    return overLink(params, { current, entry }, (before) => {
      if (before.type === 'directory') throw isFolder(params)
      return content === undefined
        ? uploadChanges(before, desired, source!)
        : fileChanges(before, { ...desired, content })
    })
  },
})

function isFolder({ dest, src }: { readonly dest: string; readonly src?: string }): PlaybookError {
  const name = src === undefined ? 'NAME' : basename(src)
  return new PlaybookError('E_NOT_A_FILE', `${dest} is a directory, not a regular file.`, {
    hint: `dest must name the file itself: '${posix.join(dest, name)}'.`,
  })
}

type Source = {
  path: string
  size: number
  mode: number
  text?: Buffer
  sha256?: string
  /** Whether it is on the host. */
  isRemote?: boolean
}

type DesiredFile = {
  path: string
  mode?: FileMode
  owner?: string
  group?: string
  keep?: string
  backup?: boolean
  validate?: (path: string) => Command
}

/** @throws PlaybookError E_NO_SOURCE, E_SOURCE_NOT_A_FILE, E_UNREADABLE */
function sourceOnHost(path: string, state: FileState): Source {
  if (state.type === 'absent') throw new PlaybookError('E_NO_SOURCE', `The host has no file ${path} to copy.`)
  if (state.type !== 'file')
    throw new PlaybookError('E_SOURCE_NOT_A_FILE', `${path} on the host is a ${fileKind(state)}, not a file.`)
  if (state.digest === undefined)
    throw new PlaybookError('E_UNREADABLE', `The task's user may not read ${path} on the host.`)
  return { path, size: state.size, mode: state.mode & 0o777, sha256: state.digest, isRemote: true }
}

async function sourceFile(path: string): Promise<Source> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const message =
      cause.code === 'ENOENT' ? `No file ${path} to copy.` : `${path} cannot be read: ${cause.message}`
    throw new PlaybookError('E_NO_SOURCE', message, { cause })
  })
  if (!found.isFile()) {
    throw new PlaybookError(
      'E_SOURCE_NOT_A_FILE',
      `${path} is not a file: for a folder there is copyDirectory.`,
    )
  }
  const about = { path, size: found.size, mode: found.mode & 0o777 }
  if (found.size <= textLimitBytes) {
    const text = await readFile(path)
    if (!text.includes(0)) return { ...about, text }
  }
  return { ...about, sha256: await digestOf(path) }
}

/** What to read of the file on the host; its content is not needed if it is larger than the new one. */
function comparison(source: Source | undefined, content: string | Buffer | Secret | undefined) {
  if (source?.sha256) return { digest: 'sha256' as const }
  const length = content === undefined ? 0 : contentBytes(content).length
  return { content: Math.max(textLimitBytes, length) }
}

function uploadChanges(state: FileState, desired: DesiredFile, source: Source): Change[] {
  const { path, owner, group, keep, backup, validate } = desired
  if (state.type === 'file' && state.digest === source.sha256) return attributeChanges(path, state, desired)
  if (state.type !== 'file' && state.type !== 'absent') {
    throw new PlaybookError('E_NOT_A_FILE', `${path} is a ${state.type}, not a regular file.`)
  }
  const from = state.type === 'file' ? `${state.size} bytes` : 'absent'
  const to = `${source.size} bytes`
  const kind = source.isRemote ? 'host' : 'local'
  const origin = { kind, path: source.path, sha256: source.sha256! } as const
  const mode = modeFor(state, desired.mode)
  const replaces = state.type === 'file' ? state.digest : state.type
  const step = upload({ source: origin, path, mode, owner, group, keep, backup, validate, replaces })
  const { content: _, ...written } = writtenFile(state, Buffer.alloc(0), { mode, owner, group })
  const becomes = { ...written, size: source.size, digest: source.sha256! }
  const effects = [{ path, becomes }]
  return [{ what: path, from, to: from === to ? `${to}, other content` : to, steps: [step], effects }]
}
