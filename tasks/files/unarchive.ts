// The task unarchive: unpacks an archive on the host, whole or not at all.

import { posix } from 'node:path'
import {
  absolutePath,
  account,
  type Change,
  type Checksum,
  checksum,
  defineTask,
  type FileState,
  file,
  PlaybookError,
  run,
  z,
} from '../../src/index.ts'
import { digestOf } from '../params/fileDigest.ts'
import { fileKind } from '../params/fileKind.ts'
import { pathBelow } from '../params/paths.ts'
import { listedChecksum, lookedUp } from './download/sumsFile.ts'
import { treeMode } from './ownership/modes.ts'
import { archiveName, archiveSource, isUrl } from './unarchive/origin.ts'
import { formatOf } from './unarchive/params.ts'
import { recordCommand, unpackTools } from './unarchive/script.ts'
import {
  archiveDigest,
  recordPath,
  recordProbe,
  refuseOther,
  stampName,
  stampText,
  unpackedBefore,
} from './unarchive/stamp.ts'
import { type LocalArchive, unpackSteps } from './unarchive/steps.ts'

/**
 * Unpacks an archive into a directory. It is unpacked beside the directory and checked before it is moved there, so a
 * broken archive or a full disk leaves the directory as it was.
 *
 * - `src`: the archive: a path on the host (absolute; see `download` and `copyFile`); or an address, `https://…`, which
 *   the host fetches; or with `remoteSrc: false`, which is Ansible's default, a file on the controller, found as that of
 *   copyFile. .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst by tar; .zip, .jar, .war by unzip. `format`: `'tar'` or
 *   `'zip'` if the name does not tell.
 * - `dest` (absolute): the directory. It is made, with the missing ones above it.
 * - `stripComponents` (default 0): how many leading folders of the archive's paths to leave out.
 * - `creates`: a path below `dest` that the archive has. If it exists and there is no stamp, the tree counts as unpacked
 *   and is left alone; an archive that does not have it is refused.
 * - `include`: paths below `dest` to unpack alone (`*` and `?` allowed). `exclude`: paths not to unpack. `preserve`:
 *   paths to unpack only if they do not exist yet: files that other tasks or people edit.
 * - `owner`, `group`: of everything unpacked. Default: those of the become user, not those in the archive. `mode`: of
 *   files, octal; or symbolic, of files and directories: `'u=rwX,g=rX,o='`. `dirMode`: of directories. Default: those
 *   in the archive. All are set when it is unpacked; the task `ownership` keeps them.
 * - `checksum` of the archive: `sha256:HEX`, or another of SHA-2. Another archive is refused. With it, the archive may be
 *   removed once it has been unpacked. An address needs one: that, `sha256:URL` of a list as for `download`, or `false`:
 *   any bytes; it is then fetched only once.
 *
 * A stamp, `dest/.unarchived-NAME`, records what was unpacked: the archive's digest and the options (NAME is the
 * archive's without its version, so another version replaces it). While both are the same nothing is done, however the
 * tree was edited since. The owner of `dest` could forge that, so root keeps its own record in
 * /var/lib/run-playbook/unarchived, and the stamp only tells that the tree is still the same. Otherwise the archive is
 * unpacked over the tree: its files are overwritten (except `preserve`), all others stay.
 *
 * Refused before anything is written to `dest`: members with absolute paths or `..`, devices, links that lead out of
 * the tree, and members of another kind than the existing file (a link where the archive has a folder).
 *
 * Errors: E_NO_ARCHIVE, E_NO_SOURCE, E_DOWNLOAD, E_FETCH, E_NO_CHECKSUM, E_CHECKSUM, E_ARCHIVE (damaged), E_UNSAFE_ARCHIVE, E_ARCHIVE_LAYOUT (nothing left after
 * `stripComponents`, or no `creates`), E_CONFLICT, E_NOT_A_DIRECTORY, E_TOOL (no tar, unzip, xz, …).
 *
 * Sources: GNU tar's, busybox's and Info-ZIP's manuals, and Ansible's unarchive.
 *
 * @example unarchive({ src: 'https://mirror.example/app-1.2.tgz', checksum: 'sha256:https://mirror.example/SHA256SUMS', dest: '/opt/app' })
 * @example unarchive({ src: '/opt/src/app-1.2.tar.gz', dest: '/opt/app', stripComponents: 1, preserve: ['conf/*'] })
 */
export const unarchive = defineTask({
  name: 'unarchive',
  summary:
    'Unpacks an archive of the host, the controller or an address into a directory, whole or not at all.',
  ansible: {
    modules: ['unarchive'],
    params: {
      path: 'dest',
      copy: 'remoteSrc',
      keep_newer: 'preserve leaves paths as they are.',
      extra_opts: 'There is no such option: stripComponents, include and exclude are parameters.',
      validate_certs: 'The task download has insecure: true for no check of certificates.',
      list_files: 'There is no such option.',
    },
  },
  params: z
    .strictObject({
      src: archiveSource.describe('The archive: a path on the host, or an address; see remoteSrc.'),
      remoteSrc: z.boolean().default(true).describe('Whether src is on the host; false: on the controller.'),
      dest: absolutePath.describe('The directory to unpack into; it is made.'),
      format: z.enum(['tar', 'zip']).optional().describe('Its format; default: by its name.'),
      stripComponents: z
        .int()
        .min(0)
        .default(0)
        .describe("How many leading folders of the archive's paths to leave out."),
      creates: pathBelow.optional().describe('A path below dest that the archive has.'),
      include: z.array(pathBelow).default([]).describe('Paths below dest to unpack alone; * and ? allowed.'),
      exclude: z.array(pathBelow).default([]).describe('Paths below dest not to unpack; * and ? allowed.'),
      preserve: z
        .array(pathBelow)
        .default([])
        .describe('Paths below dest to unpack only if they do not exist yet.'),
      owner: account.optional().describe('Owner of everything unpacked.'),
      group: account.optional().describe('Group of everything unpacked.'),
      mode: treeMode.optional().describe("Permission bits of files, or symbolic of all: 'u=rwX,g=rX,o='."),
      dirMode: treeMode.optional().describe('Permission bits of directories.'),
      checksum: z
        .union(
          [checksum, listedChecksum, z.literal(false)],
          'expected sha256:… (64 hex digits), sha512:… (128), sha256:URL of a list, or false',
        )
        .optional()
        .describe('sha256:HEX or another of SHA-2; of an address also sha256:URL of a list, or false.'),
    })
    .refine(({ src, remoteSrc }) => !remoteSrc || isUrl(src) || src.startsWith('/'), {
      path: ['src'],
      error: 'expected an absolute path on the host or an address; or remoteSrc: false',
    })
    .refine(({ src, remoteSrc }) => remoteSrc || !isUrl(src), {
      path: ['remoteSrc'],
      error: 'expected true with an address, which the host fetches',
    })
    .refine(({ src, checksum }) => !isUrl(src) || checksum !== undefined, {
      path: ['checksum'],
      error: "expected a checksum of what the address delivers: 'sha256:…', or false",
    })
    .refine(({ src, checksum }) => isUrl(src) || checksum === undefined || (checksum && 'hex' in checksum), {
      path: ['checksum'],
      error: 'expected sha256:HEX: a list or false is for addresses',
    })
    .refine(({ src, format }) => format !== undefined || formatOf(archiveName(src)) !== undefined, {
      path: ['src'],
      error:
        'expected a name that ends in .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst or .zip (or give format)',
    })
    .refine(({ dest }) => dest !== '/', { path: ['dest'], error: 'expected a directory other than /' }),
  title: ({ src, dest }) => `${archiveName(src)} → ${dest}`,
  needs: (params) => ({
    tools: [
      ...unpackTools({ ...params, src: archiveName(params.src) }),
      ...(isUrl(params.src) ? [['curl', 'wget']] : []),
    ],
  }),
  inputs: async ({ src, remoteSrc, checksum }, { find }): Promise<Inputs> => {
    if (!remoteSrc)
      return { local: await localArchive(find(src), checksum && 'hex' in checksum ? checksum : undefined) }
    if (!checksum || 'hex' in checksum) return {}
    return { listed: await lookedUp(checksum, [archiveName(src)]) }
  },
  probe: ({ src, remoteSrc, dest, creates, checksum }) => ({
    archive: isOnHost({ src, remoteSrc })
      ? file(src, { digest: checksum && 'hex' in checksum ? checksum.algorithm : 'sha256' })
      : file('/'),
    tree: file(dest),
    stamp: file(posix.join(dest, stampName(src)), { content: 65536, follow: false }),
    record: recordProbe(src, dest),
    created: file(posix.join(dest, creates ?? '.'), { follow: false }),
  }),
  plan: (params, { archive, tree, stamp, record, created }, inputs): Change[] => {
    const { src, dest, creates } = params
    if (tree.type !== 'absent' && tree.type !== 'directory') throw notADirectory(dest, tree)
    const noted = unpackedBefore(stamp, record)
    const given = params.checksum
    const checksum = inputs?.local?.digest ?? inputs?.listed ?? (given && 'hex' in given ? given : undefined)
    const noteOf = (digest: Checksum | false) => {
      return { name: stampName(src), text: stampText(params, digest), record: recordPath(src, dest) }
    }
    if (checksum && noted === stampText(params, checksum))
      return record === '' ? [recording(noteOf(checksum))] : []
    if (noted === undefined && creates !== undefined && created.type !== 'absent') return []
    const digest = isOnHost(params) ? archiveDigest(src, archive, checksum) : (checksum ?? false)
    const note = noteOf(digest)
    if (noted === note.text) return record === '' ? [recording(note)] : []
    const sum = digest ? `, ${digest.algorithm} ${digest.hex.slice(0, 4)}…${digest.hex.slice(-2)}` : ''
    return [
      {
        what: dest,
        from: noted === undefined ? 'not unpacked' : 'another archive, or other options',
        to: `${archiveName(src)}${sum}`,
        steps: unpackSteps(params, note, digest, inputs?.local),
        effects: [{ tree: dest }],
      },
    ]
  },
  effects: ({ dest }) => [{ tree: dest }],
})

/** What the controller has of the archive, or of its checksum. */
type Inputs = { readonly local?: LocalArchive; readonly listed?: Checksum }

function isOnHost({ src, remoteSrc }: { readonly src: string; readonly remoteSrc: boolean }): boolean {
  return remoteSrc && !isUrl(src)
}

/** @throws PlaybookError E_NO_SOURCE, E_CHECKSUM */
async function localArchive(path: string, desired: Checksum | undefined): Promise<LocalArchive> {
  const digest = async (algorithm: string) => {
    try {
      return await digestOf(path, algorithm)
    } catch (cause) {
      throw new PlaybookError('E_NO_SOURCE', `${path} cannot be read: ${(cause as Error).message}`, { cause })
    }
  }
  if (desired) refuseOther(path, await digest(desired.algorithm), desired)
  return { path, digest: { algorithm: 'sha256', hex: await digest('sha256') } }
}

/** What an earlier version unpacked is taken over as it is. */
function recording(note: Parameters<typeof recordCommand>[0]): Change {
  return {
    what: note.record,
    from: 'absent',
    to: 'records what was unpacked before',
    steps: [run(recordCommand(note))],
    effects: [{ tree: note.record }],
  }
}

function notADirectory(dest: string, state: FileState): PlaybookError {
  return new PlaybookError('E_NOT_A_DIRECTORY', `${dest} is a ${fileKind(state)}, not a directory.`)
}
