// The task sshdConfig: sets keywords of sshd_config, checked by sshd before they are used.

import { posix } from 'node:path'
import {
  applySshdEdits,
  type SshdEdit,
  type SshdIncludes,
  sshdKeyword,
  sshdMatch,
  sshdValue,
} from '../../src/formats/index.ts'
import {
  type Command,
  contentOf,
  defineTask,
  file,
  fileChanges,
  filePath,
  type Output,
  output,
  PlaybookError,
  quote,
  sh,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { noFolder } from '../params/paths.ts'
import { setOrRemove } from '../params/setOrRemove.ts'
import { validation, writingParams } from '../params/writing.ts'
import { withPath } from './fileEdit.ts'

const oneOrMore = z.union([sshdValue, z.array(sshdValue).min(1)]).transform((value) => [value].flat())

/**
 * Sets and removes keywords of the SSH server's configuration. The new file must pass `sshd -t` before it takes the old
 * one's place; a running sshd goes on with the old one until it is reloaded: `notify: service({ name: 'sshd', … })`.
 *
 * - `path` (default `/etc/ssh/sshd_config`): the file. `create` (default false): whether to make it if it is missing, for
 *   a file of sshd_config.d.
 * - `set`: keywords, in any case, and their values as they are written; `true` and `false` are `yes` and `no`. Of most of
 *   them the first value counts, which is changed; a list is for those whose lines add up (Port, ListenAddress, HostKey,
 *   AcceptEnv, AllowUsers, AllowGroups, DenyUsers, DenyGroups, Subsystem, SetEnv).
 * - `remove`: keywords to remove.
 * - `match`: the criteria of a Match block, as `User anna`: `set` and `remove` are about what is in it. A missing block is
 *   added to the end. With neither, and `state: 'absent'`, the block is removed.
 * - `validate`: a shell command with `{}` for the path of the new file; default: `sshd -t -f {}`.
 * - `owner`, `group`, `mode`, `keep` (where to keep the original): as for copyFile. A new file has mode 0600.
 *
 * Include lines are followed: where a file that is read earlier sets the keyword otherwise (cloud images set
 * PasswordAuthentication in /etc/ssh/sshd_config.d), the line goes before that Include, so that it counts. Comments, order
 * and layout of the rest stay byte for byte; a keyword that is commented out stays so, and the new line follows it.
 *
 * Errors: E_NO_FILE, E_NO_FOLDER; E_SSHD (what sshd would not read, with the line), E_SSHD_INCLUDED (an included file adds
 * values to a list); E_WRITE with sshd's message. The file is then left unchanged.
 *
 * @example sshdConfig({ set: { PermitRootLogin: 'no', PasswordAuthentication: false, AllowGroups: 'ssh-users' } })
 * @example sshdConfig({ match: 'Group sftp', set: { ForceCommand: 'internal-sftp', ChrootDirectory: '/srv/%u' } })
 *
 * Sources: sshd_config(5), sshd(8), OpenSSH's servconf.c.
 */
export const sshdConfig = defineTask({
  name: 'sshdConfig',
  summary: "Sets keywords of the SSH server's configuration, checked by sshd -t before they are used.",
  params: setOrRemove(
    z.strictObject({
      path: filePath.default('/etc/ssh/sshd_config').describe('The file.'),
      set: z
        .record(sshdKeyword, oneOrMore)
        .default({})
        .describe('Keywords and their values, as they are written.'),
      remove: z.array(sshdKeyword).default([]).describe('Keywords to remove.'),
      match: sshdMatch.optional().describe('The Match block that is meant: "User anna".'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether there is the Match block.'),
      create: z.boolean().default(false).describe('Whether to make a missing file.'),
      ...writingParams,
    }),
    'keywords',
    { nameOf: (keyword) => keyword.toLowerCase(), isNeeded: ({ state }) => state === 'present' },
  )
    .refine(
      ({ set, remove, match, state }) =>
        state === 'present' || (match !== undefined && Object.keys(set).length + remove.length === 0),
      { path: ['state'], error: "expected 'absent' with match alone: remove takes keywords away" },
    )
    .refine(
      ({ set }) => {
        const keywords = Object.keys(set).map((keyword) => keyword.toLowerCase())
        return new Set(keywords).size === keywords.length
      },
      { path: ['set'], error: 'expected each keyword once' },
    ),
  title: ({ path, match }) => (match === undefined ? path : `${path} Match ${match}`),
  needs: ({ validate }) => ({ tools: validate === undefined ? ['sshd'] : [] }),
  probe: ({ path }) => ({
    current: file(path, { content: true }),
    folder: file(posix.dirname(path)),
    includes: included(path, { holds: areKnown }),
    includesOfNewFile: included(path),
  }),
  plan: (params, observed) => {
    const { current, folder } = observed
    const { path, create, owner, group, mode, keep, backup, validate } = params
    const before = contentOf(path, current)
    const edits = editsOf(params)
    if (!before && edits.every((edit) => !('set' in edit))) return []
    if (!before && !create)
      throw new PlaybookError('E_NO_FILE', `There is no file ${path}.`, { hint: 'create: true makes one.' })
    if (!before && folder.type === 'absent') throw noFolder(path)
    const text = before ?? Buffer.alloc(0)
    const areRead = includePatterns(text).every((each) => Object.hasOwn(observed.includes.files, each))
    const includes = areRead ? observed.includes : observed.includesOfNewFile
    const { bytes, changes } = withPath(path, () => applySshdEdits(text, edits, includes))
    return fileChanges(current, {
      path,
      owner,
      group,
      keep,
      backup,
      mode: mode ?? (before ? undefined : 0o600),
      content: Buffer.from(bytes),
      edits: before && changes,
      validate: validation(validate) ?? checkedBySshd,
    })
  },
})

type Params = {
  readonly set: { readonly [keyword: string]: readonly z.output<typeof sshdValue>[] }
  readonly remove: readonly string[]
  readonly match?: string
  readonly state: 'present' | 'absent'
}

function editsOf({ set, remove, match, state }: Params): SshdEdit[] {
  if (state === 'absent') return [{ removeMatch: match! }]
  return [
    ...Object.entries(set).map(([keyword, values]) => ({ set: keyword, values, match })),
    ...remove.map((keyword) => ({ remove: keyword, match })),
  ]
}

/** sshd wants to be called by its path, which is in no PATH of ordinary users. */
function checkedBySshd(path: string): Command {
  return shellText(`rp_sshd=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v sshd) || {
  echo 'There is no sshd to check the file with. Install it first, or give another command as validate.' >&2
  exit 1
}
"$rp_sshd" -t -f ${quote(path)}`)
}

/** What the Include lines read. In a dry run a planned edit of the file itself leaves it as it is, unless it adds one. */
function included(path: string, options: { readonly holds?: typeof areKnown } = {}) {
  return output(includesScript(path), parseIncludes, { reads: ['/'], ...options })
}

/** The patterns of the Include lines, as the script takes them. */
function includePatterns(content: Buffer): string[] {
  const lines = content.toString('latin1').matchAll(/^[ \t]*include[ \t=]+([^#\r\n]*)/gim)
  return [...lines].flatMap(([, patterns = '']) =>
    patterns
      .replaceAll('"', '')
      .split(/[ \t]+/)
      .filter(Boolean),
  )
}

/** Whether no planned change concerns the files that Include lines read, or the folders they are looked for in. */
function areKnown({ files }: SshdIncludes, isPending: (path: string) => boolean): boolean {
  return Object.keys(files).every(
    (pattern) => !isPending(posix.resolve('/etc/ssh', pattern.replace(/[^/]*[*?[].*$/, ''))),
  )
}

/** Prints the files that Include lines read: `= include PATTERN`, `= file PATH`, and the lines after a blank. */
function includesScript(path: string): Command {
  return sh`included() {
  sed -n 's/^[[:blank:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:blank:]=]\{1,\}\([^#]*\).*/\1/p' "$1" 2>/dev/null | tr -d '"' |
  while read -r patterns; do
    set -f
    for pattern in $patterns; do
      printf '= include %s %s\n' "$2" "$pattern"
      set +f
      case $pattern in /*) found=$pattern ;; *) found=/etc/ssh/$pattern ;; esac
      for file in $found; do
        [ -f "$file" ] && [ -r "$file" ] || continue
        printf '= file %s %s\n' "$2" "$file"
        sed 's/^/ /' "$file"
        [ -z "$(tail -c 1 "$file")" ] || echo
        [ "$2" -ge 3 ] || included "$file" $(($2 + 1))
      done
      set -f
    done
    set +f
  done
}
included ${path} 0
exit 0`
}

function parseIncludes(result: Output): SshdIncludes {
  const files: { [pattern: string]: string[] } = {}
  const texts: { [path: string]: string } = {}
  const open: string[] = []
  let path = ''
  for (const line of splitLines(text(result))) {
    const [, kind, depth, name = ''] = /^= (include|file) (\d) (.*)$/.exec(line) ?? []
    if (kind === 'include') {
      files[name] ??= []
      open[Number(depth)] = name
    } else if (kind === 'file') {
      path = name
      texts[path] = ''
      files[open[Number(depth)]!]!.push(path)
    } else if (path !== '') texts[path] += `${line.slice(1)}\n`
  }
  return { files, texts }
}
