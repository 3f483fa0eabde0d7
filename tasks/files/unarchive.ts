// The task unarchive: unpacks an archive on the host, whole or not at all.

import { posix } from 'node:path'
import {
  absolutePath,
  account,
  type Change,
  checksum,
  defineTask,
  type FileState,
  file,
  PlaybookError,
  run,
  write,
  z,
} from '../../src/index.ts'
import { pathBelow } from '../params/paths.ts'
import { fileKind } from './fileKind.ts'
import { explainUnpacking } from './unarchive/errors.ts'
import { formatOf } from './unarchive/params.ts'
import { unpackCommand } from './unarchive/script.ts'
import { archiveDigest, stampPath, stampText } from './unarchive/stamp.ts'

/**
 * Unpacks an archive that is on the host into a directory. It is unpacked beside the directory first and checked, and
 * then moved there, so that a broken archive or a full disk leaves the directory as it was.
 *
 * - `src` (absolute): the archive, on the host (see `download` and `copyFile`): .tar, .tar.gz, .tgz, .tar.bz2,
 *   .tar.xz, .tar.zst by tar; .zip, .jar, .war by unzip. `format`: `'tar'` or `'zip'` where the name does not tell.
 * - `dest` (absolute): the directory. It is made, with what is missing above it.
 * - `stripComponents` (default 0): so many leading folders of the paths in the archive are left out.
 * - `creates`: a path below `dest` that the archive brings. Where it is there and no stamp is, the tree counts as
 *   unpacked and is left alone; and an archive that does not bring it is refused.
 * - `exclude`: paths below `dest` (`*` and `?` allowed) that are not unpacked. `preserve`: those that are unpacked
 *   where nothing is there yet, but never again: files that other tasks or people edit.
 * - `owner`, `group`: of all that is unpacked. Default: the become user's, not those the archive names.
 * - `checksum` of the archive: `sha256:HEX` or `sha512:HEX`. Another archive is refused. With it, the archive may be
 *   gone once it was unpacked.
 *
 * What was unpacked is noted in a stamp, `dest/.unarchived-NAME` (NAME: the archive's, its version left out, so that
 * another version takes its place): the archive's digest and the options. While both are the same nothing is done,
 * however the tree was edited since. Otherwise the archive is unpacked over the tree: files that it has are
 * overwritten (save `preserve`), all others stay.
 *
 * Refused before anything is written to `dest`: members with absolute paths or `..`, devices, links that lead out of
 * the tree, and members whose place is taken by something of another kind (a link where the archive has a folder).
 *
 * Errors: E_NO_ARCHIVE, E_CHECKSUM, E_ARCHIVE (damaged), E_UNSAFE_ARCHIVE, E_ARCHIVE_LAYOUT (nothing left by
 * `stripComponents`, or no `creates`), E_CONFLICT, E_NOT_A_DIRECTORY, E_TOOL (no tar, unzip, xz, …).
 *
 * Sources: GNU tar's, busybox's and Info-ZIP's manuals, and Ansible's unarchive.
 *
 * @example unarchive({ src: '/opt/src/app-1.2.tar.gz', dest: '/opt/app', stripComponents: 1, preserve: ['conf/*'] })
 */
export const unarchive = defineTask({
  name: 'unarchive',
  summary: 'Unpacks an archive that is on the host into a directory, whole or not at all.',
  params: z
    .strictObject({
      src: absolutePath.describe('The archive, on the host.'),
      dest: absolutePath.describe('The directory to unpack into; it is made.'),
      format: z.enum(['tar', 'zip']).optional().describe('What it is; told by its name if not given.'),
      stripComponents: z
        .int()
        .min(0)
        .default(0)
        .describe('How many leading folders of the paths in the archive are left out.'),
      creates: pathBelow.optional().describe('A path below dest that the archive brings.'),
      exclude: z
        .array(pathBelow)
        .default([])
        .describe('Paths below dest that are not unpacked; * and ? allowed.'),
      preserve: z
        .array(pathBelow)
        .default([])
        .describe('Paths below dest that are unpacked only where nothing is there yet.'),
      owner: account.optional().describe('User that shall own all that is unpacked.'),
      group: account.optional().describe('Group that shall own all that is unpacked.'),
      checksum: checksum.optional().describe('sha256:HEX or sha512:HEX of the archive.'),
    })
    .refine(({ src, format }) => format !== undefined || formatOf(src) !== undefined, {
      path: ['src'],
      error:
        'expected a name that ends in .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst or .zip (or give format)',
    })
    .refine(({ dest }) => dest !== '/', { path: ['dest'], error: 'expected a directory other than /' }),
  title: ({ src, dest }) => `${posix.basename(src)} → ${dest}`,
  probe: ({ src, dest, creates, checksum }) => ({
    archive: file(src, { digest: checksum?.algorithm ?? 'sha256' }),
    tree: file(dest),
    stamp: file(stampPath(src, dest), { content: 65536 }),
    created: file(posix.join(dest, creates ?? '.'), { follow: false }),
  }),
  plan: (params, { archive, tree, stamp, created }): Change[] => {
    const { src, dest, checksum, creates, owner, group } = params
    if (tree.type !== 'absent' && tree.type !== 'directory') throw notADirectory(dest, tree)
    const noted = stamp.type === 'file' ? stamp.content?.toString('utf8') : undefined
    if (checksum && noted === stampText(params, checksum)) return []
    if (noted === undefined && creates !== undefined && created.type !== 'absent') return []
    const digest = archiveDigest(src, archive, checksum)
    if (noted === stampText(params, digest)) return []
    const note = write({ path: stampPath(src, dest), content: stampText(params, digest), owner, group })
    return [
      {
        what: dest,
        from: noted === undefined ? 'not unpacked' : 'another archive, or other options',
        to: `${posix.basename(src)}, ${digest.algorithm} ${digest.hex.slice(0, 4)}…${digest.hex.slice(-2)}`,
        steps: [run(unpackCommand(params), { explain: (output) => explainUnpacking(src, output) }), note],
        effects: [{ tree: dest }],
      },
    ]
  },
})

function notADirectory(dest: string, state: FileState): PlaybookError {
  return new PlaybookError('E_NOT_A_DIRECTORY', `${dest} is a ${fileKind(state)}, not a directory.`)
}
