// The task that changes several files of an httpd's configuration as one change, and takes it back if httpd refuses it.

import { posix } from 'node:path'
import { editHttpd, type HttpdEdit } from '../../src/formats/index.ts'
import {
  account,
  attributeChanges,
  type Change,
  contentBytes,
  contentOf,
  defineTask,
  type FileState,
  file,
  fileChanges,
  fileMode,
  formatMode,
  PlaybookError,
  type Probe,
  quote,
  Secret,
  type Step,
  shellText,
  write,
  writtenFile,
  z,
} from '../../src/index.ts'
import { ownerSpec } from '../params/ownerSpec.ts'
import { serverStep } from '../services/serverShell.ts'
import { editedAt } from '../text/textFile.ts'
import { checkJkWorkers } from './jkWorkers.ts'
import { httpdParams } from './params.ts'
import { configurationErrors } from './process.ts'
import { httpdShell } from './scripts.ts'

const configurationFile = z
  .strictObject({
    path: z.string().min(1).describe('The file; relative to the prefix.'),
    edits: z
      .array(z.custom<HttpdEdit>().meta({ title: 'HttpdEdit' }))
      .min(1)
      .optional()
      .describe('What shall hold in it; see editHttpdConf.'),
    content: z
      .union([z.string(), z.instanceof(Secret)])
      .optional()
      .describe('Its whole text; a secret is never shown.'),
    mode: fileMode.optional().describe("Permission bits, as '0640'."),
    keep: z
      .string()
      .min(1)
      .optional()
      .describe('Where the original is kept, unless something stands there; relative to the prefix.'),
  })
  .refine(({ edits, content }) => (edits === undefined) !== (content === undefined), {
    error: 'expected either edits or content',
  })

/**
 * Gives an httpd's configuration, as a whole, what its files shall hold. All files that differ are written aside, put in
 * place at once, and checked: by `apachectl -t`, and for what that does not find, log folders and log programs that are
 * not there. If it is refused, all of them are put back as they were, and the error shows file and line. A running
 * server knows nothing of it, and goes on with the old one; `notify: reloadHttpd(…)` has it take the new one.
 *
 * - `prefix`: the folder of the httpd. `files`: each with `path` (relative to the prefix), and either `edits` of what
 *   stands there, or `content`, its whole text. `keep`: where the original is kept, unless something stands there.
 *   `mode`: its permission bits. A `Secret` as content is never shown.
 * - `owner`, `group`: of the files; default as they are, of a new file the user of the task.
 *
 * A configuration that is as it shall be, and is refused all the same, is an error too. mod_jk's workers, which httpd
 * does not look at, are checked before anything is written: a JkMount must name one of `worker.list`.
 *
 * @throws PlaybookError E_HTTPD_CONFIG (file, line and its text), E_JK_WORKER, E_NO_HTTPD, E_NO_FILE (nothing to edit),
 *   E_HTTPD, E_HTTPD_NO_MATCH, E_HTTPD_AMBIGUOUS (edits)
 * @example
 * httpdConfiguration({
 *   prefix: '/data2/apache',
 *   files: [
 *     { path: 'conf/httpd.conf', keep: 'conf/httpd.conf_origin', edits: [{ set: 'Timeout', args: [60] }] },
 *     { path: 'conf/extra/httpd-vhosts.conf', content: '<VirtualHost *:80>…' },
 *   ],
 * }, { notify: reloadHttpd({ prefix: '/data2/apache' }) })
 */
export const httpdConfiguration = defineTask({
  name: 'httpdConfiguration',
  summary: "Changes the files of an httpd's configuration as one, and takes them back if httpd refuses them.",
  params: z
    .strictObject({
      prefix: httpdParams.prefix,
      files: z.array(configurationFile).min(1).describe('[{"path": …, "edits": […] or "content": …}, …].'),
      owner: account.optional().describe('User that shall own the files.'),
      group: account.optional().describe('Group that shall own the files.'),
    })
    .transform(({ prefix, files, ...rest }) => ({
      prefix,
      ...rest,
      files: files.map(({ path, keep, ...what }) => ({
        ...what,
        path: posix.resolve(prefix, path),
        ...(keep === undefined ? {} : { keep: posix.resolve(prefix, keep) }),
      })),
    })),
  title: ({ prefix }) => prefix,
  probe: ({ prefix, files }): { readonly [path: string]: Probe<FileState | string> } => ({
    ...Object.fromEntries(files.map(({ path }) => [path, file(path, { content: true })])),
    [faults]: configurationErrors({ prefix, within: 30 }, [prefix]),
  }),
  plan: (params, observed): readonly Change[] => {
    const { owner, group } = params
    const desired = params.files.map((each) => desiredFile(each, observed[each.path] as FileState))
    checkJkWorkers(
      desired.map(({ path, content }) => ({ path, text: contentBytes(content).toString('utf8') })),
    )
    const differing = desired.filter(({ state, content }) => !isSame(state, content))
    const attributes = desired
      .filter((each) => !differing.includes(each))
      .flatMap(({ path, state, mode }) =>
        attributeChanges(path, state, { owner, group, ...(mode === undefined ? {} : { mode }) }),
      )
    // Looked at last: what httpd says of a configuration that is about to change matters to nobody.
    if (differing.length === 0 && observed[faults] !== '')
      throw refused(params.prefix, observed[faults] as string)
    const changes = differing.flatMap((each) => contentChanges(each, params))
    const last = changes.pop()
    if (!last) return attributes
    const steps = [...last.steps, putInPlace(differing, params)]
    return [...changes, { ...last, steps }, ...attributes]
  },
})

/** The name of the probe that is no path. */
const faults = ''

type Params = { readonly prefix: string; readonly owner?: string; readonly group?: string }

type ConfigurationFile = {
  readonly path: string
  readonly keep?: string
  readonly mode?: number
  readonly edits?: readonly HttpdEdit[]
  readonly content?: string | Secret
}

type DesiredFile = {
  readonly path: string
  readonly keep?: string
  readonly mode?: number
  readonly state: FileState
  readonly content: string | Buffer | Secret
  readonly edits: readonly { readonly what: string; readonly from: string; readonly to: string }[]
}

function desiredFile({ edits, content, ...rest }: ConfigurationFile, state: FileState): DesiredFile {
  const { path } = rest
  if (edits === undefined) return { ...rest, state, content: content!, edits: [] }
  const before = contentOf(path, state)
  if (!before) throw new PlaybookError('E_NO_FILE', `${path} does not exist, so it cannot be edited.`)
  const { bytes, changes } = editedAt(path, () => editHttpd(before, edits))
  return { ...rest, state, content: Buffer.from(bytes), edits: changes }
}

function isSame(state: FileState, content: DesiredFile['content']): boolean {
  return state.type === 'file' && state.content?.equals(contentBytes(content)) === true
}

/** What differs, as for any file; but it is only written aside. */
function contentChanges(
  { path, mode, state, content, edits }: DesiredFile,
  { owner, group }: Params,
): Change[] {
  const [first, ...others] = fileChanges(state, { path, content, edits })
  const becomes = writtenFile(state, contentBytes(content), { owner, group, mode })
  const steps: Step[] = [write({ path: asideOf(path), content, mode: 0o600 })]
  return [{ ...first!, steps, effects: [{ path, becomes }] }, ...others]
}

/** Puts the files in place, checks them, and puts the old ones back where they are refused. */
function putInPlace(files: readonly DesiredFile[], { prefix, owner, group }: Params): Step {
  const spec = ownerSpec({ owner, group })
  const each = (name: string) =>
    files.map(({ path, keep, mode, state }) => {
      const bits = mode ?? (state.type === 'file' ? state.mode : 0o644)
      const words = [path, asideOf(path), beforeOf(path), keep ?? '', formatMode(bits)]
      return `${name} ${words.map(quote).join(' ')}`
    })
  const script = `${httpdShell({ prefix, within: 30 })}
real() { if [ -L "$1" ]; then readlink -f -- "$1"; else echo "$1"; fi; }
prepare() { # the new file gets the old one's attributes, or those that are wanted
  rm -f -- "$3" || return 1
  if [ -e "$1" ]; then
    cp -aL -- "$1" "$3" && cp -aL -- "$1" "$2.like" && cat -- "$2" >"$2.like" && mv -f -- "$2.like" "$2" || return 1
    if [ -n "$4" ] && ! [ -e "$4" ]; then cp -aL -- "$1" "$4" || return 1; fi
  fi
  ${spec ? `chown ${quote(spec)} -- "$2" &&` : ''} chmod "$5" -- "$2"
}
place() { mv -f -- "$2" "$(real "$1")"; }
undo() { if [ -e "$3" ]; then mv -f -- "$3" "$(real "$1")"; else rm -f -- "$1"; fi; }
tidy() { rm -f -- "$2" "$2.like" "$3"; }
tidy_all() {
${each('tidy').join('\n')}
}
undo_all() {
${each('undo').join('\n')}
}
prepare_all() {
${each('prepare').join(' &&\n')}
}
prepare_all || { tidy_all; exit 1; }
trap 'undo_all; tidy_all; exit 1' HUP INT TERM
{
${each('place').join(' &&\n')}
} || { undo_all; tidy_all; exit 1; }
if wrong=$(check); then tidy_all; exit 0; fi
undo_all; tidy_all
echo "= E_HTTPD_CONFIG The new configuration of $prefix was refused; the old one is back, and a running server goes on with it." >&2
printf '%s\\n' "$wrong" >&2
exit 1`
  return serverStep(shellText(script))
}

function refused(prefix: string, problems: string): PlaybookError {
  return new PlaybookError(
    'E_HTTPD_CONFIG',
    `The configuration of ${prefix} is as it shall be, and not right.`,
    {
      details: problems.split('\n'),
    },
  )
}

const asideOf = (path: string) => posix.join(posix.dirname(path), `.run-playbook-new-${posix.basename(path)}`)
const beforeOf = (path: string) =>
  posix.join(posix.dirname(path), `.run-playbook-old-${posix.basename(path)}`)
