// Makes a hard link, a part of the task file.

import { posix } from 'node:path'
import { type FileState, file, output, PlaybookError, run, sh, text } from '../../../src/index.ts'
import { fileKind } from '../../params/fileKind.ts'
import { noFolder } from '../../params/paths.ts'
import type { FilePart } from './filePart.ts'

type HardLink = { readonly path: string; readonly src: string; readonly force: boolean }

type Observed = {
  readonly entry: FileState
  readonly source: FileState
  readonly folder: FileState
  readonly isSame: boolean
}

/** A hard link to what is at `src`, a link itself included. */
export function hardLink({ path, src, force }: HardLink): FilePart {
  const inodes = sh`stat -c %d:%i -- ${src} ${path} 2>/dev/null`
  return {
    probes: {
      entry: file(path, { follow: false }),
      source: file(src, { follow: false }),
      folder: file(posix.dirname(path)),
      isSame: output(inodes, (result) => /^(.+)\n\1\n$/.test(text(result)), {
        reads: [src, path],
        // Another file stays another, whatever becomes of the source.
        holds: (same, isPending) => !same && !isPending(path),
      }),
    },
    plan: ({ entry, source, folder, isSame }: Observed) => {
      if (source.type === 'absent')
        throw new PlaybookError('E_NO_TARGET', `There is no ${src} to link ${path} to.`)
      if (source.type === 'directory')
        throw new PlaybookError('E_IN_THE_WAY', `${src} is a directory, which has no hard links.`)
      if (entry.type === 'absent' && folder.type === 'absent') throw noFolder(path)
      if (entry.type !== 'absent' && isSame) return []
      if (entry.type === 'directory' || (entry.type !== 'absent' && !force)) throw inTheWay(path, entry)
      const from = entry.type === 'absent' ? 'absent' : `another ${fileKind(entry)}`
      const step = run(linking(path, src), {
        paths: [
          { path: src, as: 'entry' },
          { path, as: 'entry' },
        ],
      })
      const effects = [{ path, becomes: source }]
      return [{ what: path, from, to: `hard link to ${src}`, steps: [step], effects }]
    },
  }
}

/** Both folders are entered, so that nobody can swap them; the new name replaces the old one at once. */
function linking(path: string, src: string) {
  return sh`rp_target ${src}
exec 9<.
rp_linked=/proc/self/fd/9/$rp_base rp_lender=$rp_untrusted
rp_target ${path}
rp_stage
ln -- "$rp_linked" "./$rp_base" || exit 1
[ -z "$rp_lender" ] || [ "$(stat -c %u -- "./$rp_base")" != 0 ] || rp_refuse ${`${src} belongs to root, in a folder of another user, who could have put it there.`}
mv -fT -- "./$rp_base" "../$rp_base"`
}

function inTheWay(path: string, entry: FileState): PlaybookError {
  return new PlaybookError('E_IN_THE_WAY', `${path} is another ${fileKind(entry)}.`, {
    hint: entry.type === 'directory' ? undefined : 'force: true replaces it by the link.',
  })
}
