// The parts of the task file: which other tasks do it, and what it does itself.

import { posix } from 'node:path'
import {
  attributeChanges,
  type Change,
  type FileMode,
  type FileState,
  file,
  fileChanges,
  PlaybookError,
  type Probe,
  run,
  sh,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { noFolder } from '../params/paths.ts'
import { directory } from './directory.ts'
import { type FilePart, partOf } from './file/filePart.ts'
import { hardLink } from './file/hardLink.ts'
import { link } from './link.ts'
import { ownership } from './ownership.ts'
import { remove } from './remove.ts'

type FileParams = {
  readonly path: string
  readonly state?: 'file' | 'directory' | 'link' | 'hard' | 'touch' | 'absent'
  readonly src?: string
  readonly owner?: string
  readonly group?: string
  readonly mode?: FileMode
  readonly recurse: boolean
  readonly follow: boolean
  readonly force: boolean
  readonly onlyIfExists: boolean
  readonly modificationTime?: string
}

export function partsOf(params: FileParams): readonly FilePart[] {
  const { path, state, src = '', force } = params
  const entry = file(path, { follow: false })
  const isThere = file(path, { follow: params.follow })
  if (state === 'absent') return [partOf(remove.spec, { path, recursive: true })]
  if (state === 'link') return [partOf(link.spec, { path, target: src, force }), linkAttributes(params)]
  if (state === 'hard') return [hardLink({ path, src, force }), attributes(params, isThere)]
  if (state === 'directory') return onlyIfThere(params, entry, directoryParts(params))
  return [attributes(params, isThere)]
}

function directoryParts({ path, owner, group, mode, recurse }: FileParams): FilePart {
  const made = partOf(directory.spec, { path, owner, group, mode })
  if (!recurse) return made
  const below = partOf(ownership.spec, { path, owner, group, mode: mode as string | undefined })
  const entry = file(path, { follow: false })
  return {
    probes: { ...made.probes, ...below.probes, entry },
    plan: (observed: { entry: FileState }) =>
      observed.entry.type === 'absent' ? made.plan(observed as never) : below.plan(observed as never),
  }
}

function onlyIfThere({ onlyIfExists }: FileParams, entry: Probe<FileState>, inner: FilePart): FilePart[] {
  if (!onlyIfExists) return [inner]
  const plan = (observed: { there: FileState }) =>
    observed.there.type === 'absent' ? [] : inner.plan(observed as never)
  return [{ probes: { ...inner.probes, there: entry }, plan }]
}

/** Of the target, which is there before the link; or of the link itself, once that is there. */
function linkAttributes({ path, src = '', ...params }: FileParams): FilePart {
  const target = src.startsWith('/') ? src : `${posix.dirname(path)}/${src}`
  const on = params.follow ? target : path
  const { owner, group, mode } = params
  return {
    probes: { on: file(on, { follow: params.follow }) },
    plan: ({ on: state }: { on: FileState }) =>
      attributeChanges(on, state, { owner, group, mode: params.follow ? mode : undefined }),
  }
}

function attributes(params: FileParams, there: Probe<FileState>): FilePart {
  const { path, state, owner, group, mode, onlyIfExists, modificationTime } = params
  return {
    probes: { there, folder: file(posix.dirname(path)) },
    plan: ({ there, folder }: { there: FileState; folder: FileState }) => {
      if (there.type === 'absent') {
        if (onlyIfExists || state === 'hard') return []
        if (state !== 'touch')
          throw new PlaybookError('E_NO_PATH', `${path} does not exist.`, { hint: noPathHint })
        if (folder.type === 'absent') throw noFolder(path)
        return [
          ...fileChanges(there, { path, owner, group, mode, content: '' }),
          ...timeChange(params, there),
        ]
      }
      if (state === 'file' && there.type !== 'file') {
        throw new PlaybookError('E_NOT_A_FILE', `${path} is a ${fileKind(there)}, not a regular file.`)
      }
      const time = modificationTime === undefined ? [] : timeChange(params, there)
      const isLink = there.type === 'link'
      return [...attributeChanges(path, there, { owner, group, mode: isLink ? undefined : mode }), ...time]
    },
  }
}

const noPathHint =
  "state: 'touch' makes an empty file, and 'directory' a directory; onlyIfExists: true accepts a missing path."

function timeChange({ path, follow, modificationTime }: FileParams, there: FileState): Change[] {
  if (modificationTime === undefined) return []
  const seconds = Math.floor(Date.parse(modificationTime) / 1000)
  const current = there.type === 'absent' ? undefined : Math.floor(there.mtimeMs / 1000)
  if (current === seconds) return []
  const words = follow ? ['follow'] : []
  return [
    {
      what: `${path} modification time`,
      from: current === undefined ? 'absent' : new Date(current * 1000).toISOString(),
      to: new Date(seconds * 1000).toISOString(),
      steps: [
        run(
          sh`rp_target ${[path, ...words]}
if [ -d "./$rp_base" ] && [ ! -L "./$rp_base" ]; then
  rp_into "$rp_base" ${path}
  rp_base=.
elif [ -n "$rp_untrusted" ]; then
  rp_sticky=$rp_mode
  rp_stage
  ln -- "../$rp_base" "./$rp_base" || exit 1
  [ -L "./$rp_base" ] || rp_theirs ${path} "$(stat -c '%u %h' -- "./$rp_base")"
fi
touch -c -h -m -d ${`@${seconds}`} -- "./$rp_base"`,
          { paths: [{ path, as: follow ? 'attributes' : 'entry' }] },
        ),
      ],
      effects: there.type === 'absent' ? [] : [{ path, becomes: { ...there, mtimeMs: seconds * 1000 } }],
    },
  ]
}
