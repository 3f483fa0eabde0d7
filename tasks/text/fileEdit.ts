// Defines tasks that read a file of the host, edit its content and write it back.

import { posix } from 'node:path'
import {
  type Command,
  contentOf,
  defineTask,
  type FileMode,
  file,
  fileChanges,
  PlaybookError,
  type TaskSpec,
  type z,
} from '../../src/index.ts'
import { noFolder } from '../params/paths.ts'
import { validation } from '../params/writing.ts'

type FileEditParams = {
  readonly path: string
  readonly create?: boolean
  readonly owner?: string
  readonly group?: string
  readonly mode?: FileMode
  readonly keep?: string
  readonly backup?: boolean
  readonly validate?: string
}

/** The new content, and the edits to report instead of the sizes. */
type EditedFile = {
  readonly content: Uint8Array
  /** Whether secrets were put into it: then no text of the file is shown, neither the new one nor the old one. */
  readonly isSecret?: boolean
  readonly edits?: readonly { readonly what: string; readonly from: string; readonly to: string }[]
}

type FileEditSpec<S extends z.ZodType<FileEditParams>> = {
  readonly name: string
  readonly summary: string
  readonly ansible?: TaskSpec<S, unknown, never>['ansible']
  readonly params: S
  /** Whether a missing file already is as it should be, because something is to be removed from it. */
  readonly allowsMissing?: (params: z.output<S>) => boolean
  /** Pure. The path is put before the messages of its errors. */
  readonly edit: (before: Buffer, params: z.output<S>) => EditedFile
  /** A check of the new file in place of the parameter `validate`. */
  readonly validate?: (path: string) => Command
}

/** A task that edits the file `path`, and makes it if it is missing and `create` is true. */
export function defineFileEdit<S extends z.ZodType<FileEditParams>>({
  name,
  summary,
  ansible,
  params: schema,
  allowsMissing = () => false,
  edit,
  validate,
}: FileEditSpec<S>) {
  return defineTask({
    name,
    summary,
    ansible,
    params: schema,
    title: ({ path }) => path,
    probe: ({ path }) => ({ current: file(path, { content: true }), folder: file(posix.dirname(path)) }),
    plan: (params, observed) => {
      const { current } = observed
      const { path, create, owner, group, mode, keep, backup } = params
      const before = contentOf(path, current)
      if (!before && allowsMissing(params)) return []
      if (!before && !create) throw noFile(params)
      if (!before && observed.folder.type === 'absent') throw noFolder(path)
      const { content, isSecret, edits } = withPath(path, () => edit(before ?? Buffer.alloc(0), params))
      return fileChanges(current, {
        path,
        owner,
        group,
        mode,
        keep,
        backup,
        content: Buffer.from(content),
        isSecret,
        edits: before && edits,
        validate: validate ?? validation(params.validate),
      })
    },
  })
}

/** The result of an edit; the path is put before the message of its error. */
export function withPath<T>(path: string, edit: () => T): T {
  try {
    return edit()
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    throw thrown.with({ message: `${path}: ${thrown.message}`, cause: thrown })
  }
}

function noFile(params: FileEditParams): PlaybookError {
  const hint = 'create' in params ? 'create: true makes one.' : undefined
  return new PlaybookError('E_NO_FILE', `There is no file ${params.path}.`, { hint })
}
