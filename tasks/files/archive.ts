// The task archive: makes an archive of files and folders of the host.

import { posix } from 'node:path'
import {
  absolutePath,
  attributeChanges,
  type Change,
  defineTask,
  type Effect,
  file,
  fileAttributes,
  filePath,
  output,
  PlaybookError,
  run,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { noFolder } from '../params/paths.ts'
import { isGlob, rootOf } from './archive/params.ts'
import {
  archiveTools,
  compareCommand,
  explainArchive,
  makeCommand,
  parseComparison,
  removeCommand,
} from './archive/script.ts'

/**
 * Makes an archive of files and folders of the host. Its content is compared with the files first, with their names,
 * times, owners and modes, so a second run changes nothing; if files keep changing, each run makes a new archive.
 *
 * - `path`: one or a list (absolute; `*` and `?` match names). A folder is archived with its name; with a slash at the
 *   end, what is in it. Names in the archive are relative to the deepest folder that has all paths.
 * - `dest` (absolute): the archive, outside of the paths. Its folder must exist.
 * - `format`: `'gz'`, `'bz2'` or `'xz'` (tar, compressed), `'tar'`, `'zip'`. Default: by the name of `dest`, or else gz.
 *   One file is compressed alone, without tar, unless `dest` is called `.tar.gz`, `.tgz`, …, or with `forceArchive`
 *   (default false).
 * - `excludePath`: paths to leave out (absolute; `*` and `?` match any characters), with what is below them.
 *   `exclusionPatterns`: names to leave out: `'*.pyc'`.
 * - `remove` (default false): removes the files once they are archived, if they are still the same. An existing archive
 *   is then never replaced, because it may be all that is left (E_IN_THE_WAY): put a date into `dest`.
 * - `owner`, `group`, `mode`: of the archive; default: unchanged; of a new one the become user and 0600, because it may
 *   hold what others may not read (Ansible's has 0644).
 *
 * Links are archived as links. A zip stores neither owners nor odd seconds, and is made again for each comparison.
 *
 * Errors: E_NO_PATH (there is nothing to archive, and no archive), E_NO_FOLDER, E_NOT_A_FILE, E_IN_THE_WAY, E_ARCHIVE,
 * E_TOOL (no GNU tar, gzip, xz, zip, …), E_UNSAFE_PATH.
 *
 * Sources: GNU tar's manual (reproducibility), zip(1), Ansible's archive (community.general).
 *
 * @example archive({ path: '/etc/app', dest: '/var/backups/app.tar.xz', exclusionPatterns: ['*.bak'] })
 * @example archive({ path: '/var/log/app/*.log.1', dest: '/var/backups/app-2026-01-31.tgz', remove: true })
 */
export const archive = defineTask({
  name: 'archive',
  summary: 'Makes an archive of files and folders of the host.',
  ansible: { modules: ['archive'], params: { src: 'path' } },
  params: z
    .strictObject({
      path: oneOrMany(
        absolutePath.in.regex(
          /^(?!(?:.*\/)?\.\.(?:\/|$))[^[\]]*$/,
          'expected a path without ".." and brackets',
        ),
      ).describe('Files and folders; * and ? match names.'),
      dest: filePath.describe('The archive.'),
      format: z
        .enum(['gz', 'bz2', 'xz', 'tar', 'zip'])
        .optional()
        .describe('Its format; default: by its name.'),
      forceArchive: z.boolean().default(false).describe('Whether a single file is put into a tar, too.'),
      excludePath: z
        .array(absolutePath)
        .default([])
        .describe('Paths to leave out; * and ? match any characters.'),
      exclusionPatterns: z
        .array(z.string().regex(/^[^/\0\n]+$/, 'expected a name, without "/"'))
        .default([])
        .describe("Names to leave out: '*.pyc'."),
      remove: z.boolean().default(false).describe('Whether to remove the files once they are archived.'),
      ...fileAttributes,
    })
    .refine(({ path }) => path.every((each) => !/^\/*$/.test(each)), {
      path: ['path'],
      error: 'expected a path below /',
    })
    .refine(
      ({ path, dest }) => path.every((each) => isGlob(each) || /^\/+$/.test(each) || !isBelow(dest, each)),
      {
        path: ['dest'],
        error: 'expected a file outside of path: each archive would hold the last one',
      },
    )
    .refine(
      ({ remove, excludePath, exclusionPatterns }) =>
        !remove || excludePath.length + exclusionPatterns.length === 0,
      {
        path: ['remove'],
        error: 'expected false with excludePath or exclusionPatterns: what they leave out would be lost',
      },
    )
    .refine(({ remove, path }) => !remove || path.every((each) => !each.endsWith('/')), {
      path: ['path'],
      error: 'expected paths without a slash at the end, because remove is true',
    }),
  title: ({ dest }) => dest,
  needs: (params) => ({ tools: archiveTools(params) }),
  probe: (params) => ({
    current: file(params.dest),
    folder: file(posix.dirname(params.dest)),
    found: output(compareCommand(params), parseComparison, {
      reads: [rootOf(params), params.dest, 'packages', '/usr', '/bin'],
    }),
  }),
  plan: (params, { current, folder, found }): Change[] => {
    const { path, dest, remove } = params
    if (folder.type === 'absent') throw noFolder(dest)
    if (current.type !== 'file' && current.type !== 'absent')
      throw new PlaybookError('E_NOT_A_FILE', `${dest} is a ${fileKind(current)}.`)
    const isGone = remove && current.type === 'file'
    if (found.members === 0 || (found.missing.length > 0 && !isGone)) {
      if (isGone) return attributeChanges(dest, current, params)
      throw new PlaybookError(
        'E_NO_PATH',
        `There is no ${found.missing.length > 0 ? found.missing.map((each) => posix.join(rootOf(params), each)).join(', ') : path.join(', ')} to archive.`,
      )
    }
    const explain = explainArchive
    const removal: Change = {
      what: path.join(', '),
      from: 'archived',
      to: 'removed',
      steps: [run(removeCommand(params), { explain })],
      effects: removed(params),
    }
    const isSame = current.type === 'file' && found.source !== undefined && found.source === found.content
    if (isSame) return [...attributeChanges(dest, current, params), ...(remove ? [removal] : [])]
    if (isGone) {
      throw new PlaybookError(
        'E_IN_THE_WAY',
        `${dest} already holds other content, and the files to archive are gone.`,
        {
          hint: 'Give dest a name with a date.',
        },
      )
    }
    const count = `${found.members} ${found.members === 1 ? 'path' : 'paths'}`
    return [
      {
        what: dest,
        from: current.type === 'absent' ? 'absent' : 'another content',
        to: `archive of ${count}`,
        steps: [run(makeCommand(params, current), { explain, paths: [{ path: dest, as: 'target' }] })],
        effects: [{ tree: dest }],
      },
      ...(remove ? [removal] : []),
    ]
  },
  effects: (params) => [{ tree: params.dest }, ...(params.remove ? removed(params) : [])],
  // What is archived may be written to meanwhile.
  verify: false,
})

/** What is gone; of a pattern it is not known. */
function removed({ path }: { readonly path: readonly string[] }): Effect[] {
  return path.map((each) =>
    isGlob(each) ? { tree: rootOf({ path: [each] }) } : { path: each, becomes: { type: 'absent' } },
  )
}

function isBelow(dest: string, path: string): boolean {
  return `${posix.normalize(dest)}/`.startsWith(`${posix.normalize(path).replace(/\/$/, '')}/`)
}
