// The task httpdConfiguration: changes httpd files together, reverting what httpd refuses.

import { posix } from 'node:path'
import { applyHttpdEdits, type HttpdEdit } from '../../src/formats/index.ts'
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
  ownerSpec,
  PlaybookError,
  type Probe,
  quote,
  replacedContent,
  run,
  Secret,
  type Step,
  secret,
  secretsIn,
  shellText,
  writtenFile,
  z,
} from '../../src/index.ts'
import { scriptError } from '../services/serverShell.ts'
import { httpdEdits } from '../text/editHttpdConf.ts'
import { withPath } from '../text/fileEdit.ts'
import { checkJkWorkers } from './jkWorkers.ts'
import { httpdParams } from './params.ts'
import { configurationErrors } from './process.ts'
import { httpdShell } from './scripts.ts'

const configurationFile = z
  .strictObject({
    path: z.string().min(1).describe('The file; relative to the prefix.'),
    edits: httpdEdits.optional().describe('What it must have, in order; see editHttpdConf.'),
    content: z
      .union([z.string(), z.instanceof(Secret)])
      .optional()
      .describe('Its whole text; a secret is never shown.'),
    mode: fileMode.optional().describe("Permission bits, as '0640'."),
    keep: z
      .string()
      .min(1)
      .optional()
      .describe('Where to keep the original, unless that path exists; relative to the prefix.'),
  })
  .refine(({ edits, content }) => (edits === undefined) !== (content === undefined), {
    error: 'expected either edits or content',
  })

/**
 * Changes the files of an httpd's configuration as one. All files that differ are written aside, put in place at once,
 * and checked: by `apachectl -t`, and for what that does not find: log folders and log programs that do not exist. If the
 * configuration is refused, all files are reverted, and the error shows file and line. A running server goes on with the
 * old configuration until it is reloaded: `notify: reloadHttpd(…)`.
 *
 * - `prefix`: the folder of the httpd. `files`: each with `path` (relative to the prefix), and either `edits` of the
 *   existing file, or `content`, its whole text; a `Secret` is never shown. `keep`: where to keep the original, unless
 *   that path exists. `mode`: its permission bits.
 * - `owner`, `group`: of the files; default: unchanged; of a new file the user of the task.
 *
 * It is also an error if nothing differs and httpd refuses the configuration. mod_jk's workers, which httpd does not
 * check, are checked before anything is written: a JkMount must name one of `worker.list`.
 *
 * @throws PlaybookError E_HTTPD_CONFIG (file, line and its text), E_JK_WORKER, E_NO_HTTPD, E_NO_FILE (nothing to edit),
 *   E_CHANGED_MEANWHILE (another program goes on writing a file),
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
  summary: "Changes the files of an httpd's configuration together, and reverts them if httpd refuses them.",
  params: z
    .strictObject({
      prefix: httpdParams.prefix,
      files: z.array(configurationFile).min(1).describe('[{"path": …, "edits": […] or "content": …}, …].'),
      owner: account.optional().describe('Owner of the files.'),
      group: account.optional().describe('Group of the files.'),
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
    [errorsProbe]: configurationErrors({ prefix, within: 30 }, [prefix]),
    [sureErrorsProbe]: configurationErrors({ prefix, within: 30 }),
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
      .flatMap(({ path, state, mode }) => attributeChanges(path, state, { owner, group, mode }))
    // Checked last: errors of a configuration that is about to change do not matter.
    if (differing.length === 0 && observed[errorsProbe] !== '')
      throw refused(params.prefix, observed[sureErrorsProbe] as string)
    const changes = differing.flatMap((each) => contentChanges(each, params))
    const last = changes.pop()
    if (!last) return attributes
    const steps = [...last.steps, putInPlace(differing, params)]
    return [...changes, { ...last, steps }, ...attributes]
  },
  effects: ({ files }) =>
    files.flatMap(({ path, keep }) =>
      [path, ...(keep === undefined ? [] : [keep])].map((tree) => ({ tree })),
    ),
})

/** The name of the probe of errors; the others are named by their paths. */
const errorsProbe = ''

/** The same, for dry runs: the configuration may name files anywhere, so any planned change may prevent an error. */
const sureErrorsProbe = 'errors'

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
  readonly isSecret?: boolean
  readonly edits: readonly { readonly what: string; readonly from: string; readonly to: string }[]
}

function desiredFile({ edits, content, ...rest }: ConfigurationFile, state: FileState): DesiredFile {
  const { path } = rest
  if (edits === undefined) return { ...rest, state, content: content!, edits: [] }
  const before = contentOf(path, state)
  if (!before) throw new PlaybookError('E_NO_FILE', `There is no file ${path}.`)
  const { bytes, changes } = withPath(path, () => applyHttpdEdits(before, edits))
  const isSecret = secretsIn(edits).size > 0
  return { ...rest, state, content: Buffer.from(bytes), isSecret, edits: changes }
}

function isSame(state: FileState, content: DesiredFile['content']): boolean {
  return state.type === 'file' && state.content?.equals(contentBytes(content)) === true
}

/** The changes of a file. The last step of all puts the files in place together. */
function contentChanges(
  { path, mode, state, content, isSecret, edits }: DesiredFile,
  { owner, group }: Params,
): Change[] {
  const [first, ...others] = fileChanges(state, { path, content, isSecret, edits })
  const becomes = writtenFile(state, contentBytes(content), { owner, group, mode })
  return [{ ...first!, steps: [], effects: [{ path, becomes }] }, ...others]
}

/**
 * Puts the files in place, checks them, and reverts them if they are refused. Each new file, and the old one, wait in a
 * stage beside their place, which is entered again each time. The contents come by standard input, a line each.
 */
function putInPlace(files: readonly DesiredFile[], { prefix, owner, group }: Params): Step {
  const call = (name: string, index: number) => `${name} ${quote(files[index]!.path)} "$stage_${index}"`
  const each = (name: string) => files.map((_, index) => call(name, index))
  const placing = files.map(
    ({ state }, index) => `${call('place', index)} ${quote(replacedContent(state) ?? '')}`,
  )
  const preparing = files.map(({ path, keep, mode, state }, index) => {
    const bits = mode ?? (state.type === 'file' ? state.mode : 0o644)
    const words = [path, keep ?? '', formatMode(bits)].map(quote).join(' ')
    return `IFS= read -r content && stage_${index}=$(prepare ${words} "$content")`
  })
  const script = `${httpdShell({ prefix, within: 30 })}
spec=${quote(ownerSpec({ owner, group }))}
${functions}
tidy_all() {
${each('tidy').join('\n')}
}
undo_all() {
${each('undo').join('\n')}
tidy_all
}
{
${preparing.join(' &&\n')}
} || { tidy_all; exit 1; }
trap 'undo_all; exit 1' HUP INT TERM
{
${placing.join(' &&\n')}
} || { undo_all; exit 1; }
if wrong=$(check); then tidy_all; exit 0; fi
undo_all
echo "= E_HTTPD_CONFIG The new configuration of $prefix was refused and reverted; a running server keeps the old one." >&2
printf '%s\\n' "$wrong" >&2
exit 1`
  const contents = files.map(({ content }) => `${contentBytes(content).toString('base64')}\n`)
  const paths = files.map(({ path }) => ({ path, as: 'target' as const }))
  return run(shellText(script), { stdin: secret(contents.join('')), explain: scriptError, paths })
}

/** Each takes a path and the name of its stage beside it; `prepare` makes that and prints it. */
const functions = `prepare() ( # PATH KEEP MODE CONTENT: the new file gets the old one's attributes, or the given ones
  rp_target "$1" follow
  rp_stage
  rp_like 600
  printf %s "$4" | base64 -d >"./$rp_base" || exit 1
  [ -z "$spec" ] || chown -- "$spec" "./$rp_base" || exit 1
  chmod -- "$3" "./$rp_base" || exit 1
  [ -z "$2" ] || rp_keep "$2"
  if [ -n "$rp_new" ]; then rp_label "$1" "./$rp_base"
  else cp -a -- "$rp_old" ./.before && [ -f ./.before ] && [ ! -L ./.before ] || exit 1; fi
  rp_inside=
  printf %s "$rp_work"
)
staged() { rp_target "$1" follow; rp_restage "$2"; }
place() ( # PATH STAGE SHA256: unless another program has written it since the look
  staged "$1" "$2"
  [ -z "$3" ] || rp_unchanged "$3" || {
    rp_inside=
    echo "= E_CHANGED_MEANWHILE $1 was changed by another program after this task had read it; no file was changed." >&2
    echo '= hint Run it again: the task then starts from what the file has now.' >&2
    exit 1
  }
  rp_place || exit
  rp_inside=
)
undo() ( # what was placed, so that it is not in the stage any more
  staged "$@"
  if [ -e "./$rp_base" ]; then :
  elif [ -f ./.before ]; then mv -fT -- ./.before "../$rp_base"
  else rm -f -- "../$rp_base"; fi
  rp_inside=
)
tidy() { [ -z "$2" ] || ( staged "$@" ) 2>/dev/null; }`

function refused(prefix: string, problems: string): PlaybookError {
  return new PlaybookError(
    'E_HTTPD_CONFIG',
    `The configuration of ${prefix} needs no change, but httpd refuses it.`,
    {
      details: problems.split('\n'),
    },
  )
}
