// Finds entries of a tree that differ, and changes only those.

import { posix } from 'node:path'
import {
  type Command,
  lastLines,
  type Output,
  output,
  PlaybookError,
  type Probe,
  sh,
  shellText,
  splitLines,
  text,
} from '../../../src/index.ts'

type OwnershipParams = {
  path: string
  owner?: string
  group?: string
  mode?: string
  dirMode?: string
  recursive: boolean
  exclude: string[]
}

/** How many entries differ, and the first of them. */
type Mismatches = { count: number; first: string[] }

const shownEntries = 3

/** Counts what passes a test of `find`; without a test, nothing does. */
export function mismatches(params: OwnershipParams, test: string): Probe<Mismatches> {
  const count = sh`${find(params, test, sh`-print`)} | awk ${`NR <= ${shownEntries} { print } END { print NR }`}`
  return output(test === '' ? sh`echo 0` : count, parseDiffering, {
    // The files of accounts are taken for folders of entries, as the tasks user and group do.
    reads: test === '' ? [] : [params.path, ...accountEntries(params)],
    attributesOnly: true,
    holds: ({ count, first }, isPending) =>
      count > 0 && first.some((name) => !isPending(posix.join(params.path, name))),
  })
}

function accountEntries({ owner, group }: OwnershipParams): string[] {
  return [
    ...(owner === undefined ? [] : [`/etc/passwd/${owner}`]),
    ...(group === undefined ? [] : [`/etc/group/${group}`]),
  ]
}

/** @throws PlaybookError E_NO_ACCOUNT, E_FIND */
function parseDiffering(result: Output): Mismatches {
  const messages = lastLines({ ...result, stdout: Buffer.alloc(0) }).filter((line) => !isGone(line))
  const unknown = messages.find((line) => /known (?:user|group)/.test(line))
  if (unknown) {
    throw new PlaybookError('E_NO_ACCOUNT', `The host has no such account: ${unknown}`, {
      hint: 'The tasks user and group make accounts.',
    })
  }
  if (messages.length > 0)
    throw new PlaybookError('E_FIND', 'The tree cannot be read completely.', { details: messages })
  const lines = splitLines(text(result))
  return { count: Number(lines.at(-1)), first: lines.slice(0, -1) }
}

function isGone(line: string): boolean {
  return line.includes('No such file or directory')
}

/**
 * Runs `chown -h` or `chmod` on what passes a test; what went meanwhile is no error.
 *
 * Where only this user, or root, can swap names, all is named by its path: files first and then folders from the lowest
 * up, for a folder may be somebody else's as soon as it is changed. With `follow`, `path` may be a link to the tree. Elsewhere find runs the command in each folder, so
 * that no path above can be swapped, and chmod, which would follow a link, works on hard links in a stage.
 */
export function changeMatches(
  params: OwnershipParams,
  test: string,
  command: 'chown -h' | 'chmod',
  spec: string,
  { follow = false } = {},
): Command {
  const change = sh`${shellText(command)} ${spec} --`
  const [start, stage] = [shellText('"$start"'), shellText('-inum "$stage" -prune -o ')]
  const inFolders =
    command === 'chmod'
      ? sh`exec 8<.
  rp_stage
  exec 9<.
  rp_back 8
  stage=\${rp_staged#*:}
  export rp_uid
  ${find(params, test, sh`-execdir sh -c ${chmodInFolder} ${spec} {} +`, start, stage)}`
      : find(params, test, sh`-execdir ${change} {} +`, start)
  return sh`rp_target ${params.path} ${follow ? 'follow' : ''}
start=./$rp_base others=$rp_owner$rp_open
if [ -d "$start" ]; then
  rp_from=$rp_inode
  cd -P -- "$start" && [ "$(stat -c %d:%i ..)" = "$rp_from" ] || rp_refuse ${`${params.path} was replaced by another user.`}
  rp_mounted ${params.path}
  rp_stat
  start=. others=$(find . -xdev -type d \( ! -user 0 ! -user "$rp_uid" -o -perm -002 -o -perm -020 \) 2>/dev/null | head -n 1)
fi
change() {
  if [ -z "$others" ]; then
    ${find(params, test, sh`! -type d -exec ${change} {} +`, start)} &&
    ${find(params, test, sh`-type d -print0`, start)} | sort -rz | xargs -0 -r ${change}
    return
  fi
  find . -maxdepth 0 -execdir true {} + 2>/dev/null || rp_refuse ${`others may write to ${params.path}, and only the find of GNU findutils can change it there safely.`}
  ${inFolders}
}
output=$(change 2>&1) || {
  output=$(printf '%s\n' "$output" | grep -v 'No such file or directory')
  [ -z "$output" ] || { printf '%s\n' "$output" >&2; exit 1; }
}`
}

/** Gives the mode `$0` to what find names in the current folder. */
const chmodInFolder = `here=$(stat -c %d:%i .) count=$# status=0
case $(stat -c '%u %a' .) in
  *[2367]?|*[2367]) ;;
  "$rp_uid "*) exec chmod "$0" -- "$@" ;;
esac
while [ "$count" -gt 0 ]; do
  if [ -L "$1" ]; then :
  elif [ "$1" = . ] || [ "$1" = ./. ]; then chmod "$0" . || status=1
  elif [ -d "$1" ]; then
    ( cd -P -- "$1" && if [ "$(stat -c %d:%i ..)" = "$here" ]; then chmod "$0" .; else echo "unsafe path: $1 was replaced by another user." >&2; false; fi ) || status=1
  else set -- "$@" "$1"; fi
  shift
  count=$((count - 1))
done
[ $# -gt 0 ] || exit "$status"
mkdir /proc/self/fd/9/files || exit 1
ln -- "$@" /proc/self/fd/9/files/ || status=1
cd -P /proc/self/fd/9/files && find . -type f -print0 | xargs -0 -r chmod "$0" -- || status=1
rm -rf ../files
exit "$status"`

function find(
  { path, recursive, exclude }: OwnershipParams,
  test: string,
  action: Command,
  start?: Command,
  first = shellText(''),
): Command {
  const depth = shellText(recursive ? '' : '-maxdepth 0 ')
  const pruned = exclude.map((each) => sh`-path ${`./${each}`}`.script).join(' -o ')
  const prune = shellText(pruned === '' ? '' : `\\( ${pruned} \\) -prune -o `)
  const words = sh`${depth}-xdev ${first}${prune}\( ${shellText(test)} \) ${action}`
  if (start) return sh`find ${start} ${words}`
  return sh`if [ -d ${path} ]; then cd -- ${path} && set -- .; else set -- ${path}; fi && find "$@" ${words}`
}

export function ownerTest({ owner, group }: OwnershipParams): string {
  const tests = [
    owner === undefined ? '' : sh`! -user ${owner}`.script,
    group === undefined ? '' : sh`! -group ${group}`.script,
  ]
  return tests.filter((test) => test !== '').join(' -o ')
}

/** `12 others: conf/a, conf/b, conf/c, …` */
export function describeMismatches({ count, first }: Mismatches): string {
  const names = first.map((name) => name.replace(/^\.\//, '')).join(', ')
  return `${count} ${count === 1 ? 'differs' : 'differ'}: ${names}${count > first.length ? ', …' : ''}`
}
