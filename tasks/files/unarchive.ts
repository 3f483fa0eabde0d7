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
  filePath,
  PlaybookError,
  run,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { pathBelow } from '../params/paths.ts'
import { explainUnpacking } from './unarchive/errors.ts'
import { formatOf } from './unarchive/params.ts'
import { recordCommand, toolCheck, unpackCommand, unpackTools } from './unarchive/script.ts'
import {
  archiveDigest,
  recordPath,
  recordProbe,
  stampName,
  stampText,
  unpackedBefore,
} from './unarchive/stamp.ts'

/**
 * Unpacks an archive that is on the host into a directory. It is unpacked beside the directory and checked before it is
 * moved there, so a broken archive or a full disk leaves the directory as it was.
 *
 * - `src` (absolute): the archive, on the host (see `download` and `copyFile`): .tar, .tar.gz, .tgz, .tar.bz2,
 *   .tar.xz, .tar.zst by tar; .zip, .jar, .war by unzip. `format`: `'tar'` or `'zip'` if the name does not tell.
 * - `dest` (absolute): the directory. It is made, with the missing ones above it.
 * - `stripComponents` (default 0): how many leading folders of the archive's paths to leave out.
 * - `creates`: a path below `dest` that the archive has. If it exists and there is no stamp, the tree counts as unpacked
 *   and is left alone; an archive that does not have it is refused.
 * - `exclude`: paths below `dest` (`*` and `?` allowed) not to unpack. `preserve`: paths to unpack only if they do not
 *   exist yet: files that other tasks or people edit.
 * - `owner`, `group`: of everything unpacked. Default: those of the become user, not those in the archive.
 * - `checksum` of the archive: `sha256:HEX`, or another of SHA-2. Another archive is refused. With it, the archive may be
 *   removed once it has been unpacked.
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
 * Errors: E_NO_ARCHIVE, E_CHECKSUM, E_ARCHIVE (damaged), E_UNSAFE_ARCHIVE, E_ARCHIVE_LAYOUT (nothing left after
 * `stripComponents`, or no `creates`), E_CONFLICT, E_NOT_A_DIRECTORY, E_TOOL (no tar, unzip, xz, …).
 *
 * Sources: GNU tar's, busybox's and Info-ZIP's manuals, and Ansible's unarchive.
 *
 * @example unarchive({ src: '/opt/src/app-1.2.tar.gz', dest: '/opt/app', stripComponents: 1, preserve: ['conf/*'] })
 */
export const unarchive = defineTask({
  name: 'unarchive',
  summary: 'Unpacks an archive that is on the host into a directory, whole or not at all.',
  ansible: { modules: ['unarchive'], params: { path: 'dest' } },
  params: z
    .strictObject({
      src: filePath.describe('The archive, on the host.'),
      dest: absolutePath.describe('The directory to unpack into; it is made.'),
      format: z.enum(['tar', 'zip']).optional().describe('Its format; default: by its name.'),
      stripComponents: z
        .int()
        .min(0)
        .default(0)
        .describe("How many leading folders of the archive's paths to leave out."),
      creates: pathBelow.optional().describe('A path below dest that the archive has.'),
      exclude: z.array(pathBelow).default([]).describe('Paths below dest not to unpack; * and ? allowed.'),
      preserve: z
        .array(pathBelow)
        .default([])
        .describe('Paths below dest to unpack only if they do not exist yet.'),
      owner: account.optional().describe('Owner of everything unpacked.'),
      group: account.optional().describe('Group of everything unpacked.'),
      checksum: checksum.optional().describe('sha256:HEX, or another of SHA-2, of the archive.'),
    })
    .refine(({ src, format }) => format !== undefined || formatOf(src) !== undefined, {
      path: ['src'],
      error:
        'expected a name that ends in .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst or .zip (or give format)',
    })
    .refine(({ dest }) => dest !== '/', { path: ['dest'], error: 'expected a directory other than /' }),
  title: ({ src, dest }) => `${posix.basename(src)} → ${dest}`,
  needs: (params) => ({ tools: unpackTools(params) }),
  probe: ({ src, dest, creates, checksum }) => ({
    archive: file(src, { digest: checksum?.algorithm ?? 'sha256' }),
    tree: file(dest),
    stamp: file(posix.join(dest, stampName(src)), { content: 65536, follow: false }),
    record: recordProbe(src, dest),
    created: file(posix.join(dest, creates ?? '.'), { follow: false }),
  }),
  plan: (params, { archive, tree, stamp, record, created }): Change[] => {
    const { src, dest, checksum, creates } = params
    if (tree.type !== 'absent' && tree.type !== 'directory') throw notADirectory(dest, tree)
    const noted = unpackedBefore(stamp, record)
    const noteOf = (digest: Checksum) => {
      return { name: stampName(src), text: stampText(params, digest), record: recordPath(src, dest) }
    }
    if (checksum && noted === stampText(params, checksum))
      return record === '' ? [recording(noteOf(checksum))] : []
    if (noted === undefined && creates !== undefined && created.type !== 'absent') return []
    const digest = archiveDigest(src, archive, checksum)
    const note = noteOf(digest)
    if (noted === note.text) return record === '' ? [recording(note)] : []
    return [
      {
        what: dest,
        from: noted === undefined ? 'not unpacked' : 'another archive, or other options',
        to: `${posix.basename(src)}, ${digest.algorithm} ${digest.hex.slice(0, 4)}…${digest.hex.slice(-2)}`,
        steps: [
          run(unpackCommand(params, note, digest), {
            explain: (output) => explainUnpacking(src, output),
            rehearse: toolCheck(params),
            paths: [{ path: dest, as: 'folder' }],
          }),
        ],
        effects: [{ tree: dest }],
      },
    ]
  },
  effects: ({ dest }) => [{ tree: dest }],
})

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
