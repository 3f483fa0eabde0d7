// The task unarchive: an archive on the host, unpacked whole or not at all.

import { posix } from 'node:path'
import {
  absolutePath,
  account,
  type Change,
  type Checksum,
  type Command,
  checksum,
  defineTask,
  type FileState,
  file,
  lastLines,
  type Output,
  PlaybookError,
  quote,
  run,
  sh,
  shellText,
  write,
  z,
} from '../src/index.ts'
import { pathBelow } from './paths.ts'

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
  plan: (wanted, { archive, tree, stamp, created }): Change[] => {
    const { src, dest, checksum, creates, owner, group } = wanted
    if (tree.type !== 'absent' && tree.type !== 'directory') throw notADirectory(dest, tree)
    const noted = stamp.type === 'file' ? stamp.content?.toString('utf8') : undefined
    if (checksum && noted === stampText(wanted, checksum)) return []
    if (noted === undefined && creates !== undefined && created.type !== 'absent') return []
    const digest = archiveDigest(src, archive, checksum)
    if (noted === stampText(wanted, digest)) return []
    const note = write({ path: stampPath(src, dest), content: stampText(wanted, digest), owner, group })
    return [
      {
        what: dest,
        from: noted === undefined ? 'not unpacked' : 'another archive, or other options',
        to: `${posix.basename(src)}, ${digest.algorithm} ${digest.hex.slice(0, 4)}…${digest.hex.slice(-2)}`,
        steps: [run(unpacking(wanted), { explain: (output) => explained(src, output) }), note],
        effects: [{ tree: dest }],
      },
    ]
  },
})

type Wanted = {
  src: string
  dest: string
  format?: 'tar' | 'zip'
  stripComponents: number
  creates?: string
  exclude: string[]
  preserve: string[]
  owner?: string
  group?: string
}

/** @throws PlaybookError E_NO_ARCHIVE, E_CHECKSUM */
function archiveDigest(src: string, archive: FileState, wanted: Checksum | undefined): Checksum {
  if (archive.type !== 'file' || archive.digest === undefined) {
    const message =
      archive.type === 'absent' ? `There is no archive ${src}.` : `The archive ${src} cannot be read.`
    throw new PlaybookError('E_NO_ARCHIVE', message, { hint: 'download or copyFile bring it to the host.' })
  }
  if (wanted && archive.digest !== wanted.hex) {
    throw new PlaybookError('E_CHECKSUM', `${src} is not the archive wanted.`, {
      details: [`${wanted.algorithm} is ${archive.digest}`, `expected  ${wanted.hex}`],
      hint: 'Is the checksum that of another version?',
    })
  }
  return { algorithm: wanted?.algorithm ?? 'sha256', hex: archive.digest }
}

/** `/opt/app/.unarchived-apache-tomcat.tar.gz` for all versions of `apache-tomcat-9.0.109.tar.gz`. */
function stampPath(src: string, dest: string): string {
  const name = posix.basename(src).replace(/[-_.]?v?\d+(?:\.\d+)+/g, '')
  return posix.join(dest, `.unarchived-${name}`)
}

function stampText(wanted: Wanted, digest: Checksum): string {
  const { stripComponents, exclude } = wanted
  const lines = [`${digest.algorithm} ${digest.hex}`, `stripComponents ${stripComponents}`]
  return [...lines, ...exclude.map((path) => `exclude ${path}`), ''].join('\n')
}

function formatOf(src: string): 'tar' | 'zip' | undefined {
  if (/\.(?:zip|jar|war)$/i.test(src)) return 'zip'
  return /\.(?:tar(?:\.(?:gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)$/i.test(src) ? 'tar' : undefined
}

/** The program that tar calls to read the archive. */
function decompressor(src: string): string | undefined {
  const [, ending = ''] = /\.(?:tar\.|t)?(gz|bz2?|xz|zst)$/i.exec(src) ?? []
  return { gz: 'gzip', bz: 'bzip2', bz2: 'bzip2', xz: 'xz', zst: 'zstd' }[ending.toLowerCase()]
}

const damagedCode = 72
const unsafeCode = 73
const conflictCode = 74
const toolCode = 75
const layoutCode = 76

/** Unpacks into `$tree`, a new folder beside `$dest`, makes of it what is wanted, and moves it there. */
function unpacking(wanted: Wanted): Command {
  const { src, dest, stripComponents, exclude, preserve, creates, owner, group } = wanted
  const account = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`
  return sh`src=${src} dest=${dest} account=${account} creates=${creates ?? '.'} strip=${stripComponents} unsafe=${unsafeCode} conflict=${conflictCode}
${shellText(functions)}
need() { command -v "$1" >/dev/null || fail ${toolCode} "$1"; }
damaged() { if [ -s "$work/said" ]; then tail -n 5 -- "$work/said"; else say_room; fi >&2; exit ${damagedCode}; }
${shellText((wanted.format ?? formatOf(src)) === 'zip' ? zipUnpacking : tarUnpacking(src))}
while [ "$strip" -gt 0 ]; do strip_folder; strip=$((strip - 1)); done
[ -n "$(ls -A -- "$tree")" ] || fail ${layoutCode} ${'Nothing is left of it by stripComponents.'}
cd -- "$tree" || exit 1
refuse_links_out
${shellText(exclude.map(excluding).join('\n'))}
${shellText(preserve.map(preserving).join('\n'))}
[ -e "$creates" ] || [ -L "$creates" ] || [ -e "$dest/$creates" ] || fail ${layoutCode} "It does not bring $creates."
[ -z "$account" ] || chown -hR -- "$account" . || exit 1
cd / || exit 1
if [ -d "$dest" ]; then refuse_conflicts "$tree" "$dest"; merge "$tree" "$dest"; else mv -- "$tree" "$dest"; fi`
}

function excluding(path: string): string {
  return sh`find . -path ${`./${path}`} -prune -exec rm -rf -- {} +`.script
}

function preserving(path: string): string {
  return sh`if [ -d "$dest" ]; then ( cd -- "$dest" && find . -path ${`./${path}`} -prune -print ) |
while IFS= read -r kept; do rm -rf -- "$kept"; done; fi`.script
}

/** Of the long listing and the names of an archive: the first member that must not be unpacked, if there is one. */
const namesProgram = String.raw`
FILENAME == ARGV[1] { type[FNR] = substr($0, 1, 1); long[FNR] = $0; next }
{
  name = $0; gsub(/(^|\/)(\.\/)+/, "/", name); gsub(/^\/|\/+$/, "", name)
  if ($0 ~ /^\// || $0 ~ /(^|\/)\.\.(\/|$)/) refuse($0)
  if (type[FNR] ~ /[bc]/) refuse($0 " (a device)")
  if (type[FNR] == "h" && long[FNR] ~ / link to (\/|(.*\/)?\.\.(\/|$))/) refuse($0 " (a link to outside)")
  if (type[FNR] == "l") { links[name] = 1; hasLinks = 1 }
  names[FNR] = name
}
END { if (hasLinks && !hasRefused) for (i in names) refuse_through_link(names[i]) }
function refuse_through_link(name, count, parts, path, i) {
  count = split(name, parts, "/")
  for (i = 1; i < count; i++) {
    path = path (i > 1 ? "/" : "") parts[i]
    if (path in links) refuse(name " (through a link)")
  }
}
function refuse(what) { if (!hasRefused) print what; hasRefused = 1; exit }
`

/**
 * `tree` and `dest` as real paths, and what is done with them. The neighbour of a mount point lies on another file
 * system, from which moving is copying; so there the work is done inside.
 */
const functions = `fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
if [ -L "$dest" ]; then dest=$(readlink -f -- "$dest") || exit 1; fi
near=$dest
if [ -d "$dest" ]; then
  [ "$(stat -c %d -- "$dest")" = "$(stat -c %d -- "$dest/..")" ] || near=$dest/
else mkdir -p -- "$(dirname -- "$dest")" || exit 1; fi
work=$(mktemp -d "$near.unarchive-XXXXXXXX") || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' HUP INT TERM
mkdir -- "$work/tree" && tree=$(cd -- "$work/tree" && pwd -P) || exit 1

strip_folder() {
  mkdir -- "$work/next" || exit 1
  for top in "$tree"/* "$tree"/.[!.]* "$tree"/..?*; do
    if [ -d "$top" ] && [ ! -L "$top" ]; then refuse_conflicts "$top" "$work/next"; merge "$top" "$work/next"; fi
  done
  rm -rf -- "$tree" && mv -- "$work/next" "$tree" || exit 1
}

merge() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    to=$2/\${from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ] && [ -d "$to" ]; then merge "$from" "$to"
    else mv -f -- "$from" "$to" || exit 1; fi
  done
}

refuse_conflicts() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    to=$2/\${from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ]; then
      if [ -L "$to" ]; then fail "$conflict" "$to is a link, where the archive has a folder."; fi
      if [ -d "$to" ]; then refuse_conflicts "$from" "$to"
      elif [ -e "$to" ]; then fail "$conflict" "$to is a file, where the archive has a folder."; fi
    elif [ -d "$to" ]; then fail "$conflict" "$to is a folder, where the archive has a file or link."; fi
  done
}

refuse_links_out() {
  find . -type l >"$work/links"
  while IFS= read -r link; do
    target=$(readlink -- "$link") || fail "$unsafe" "a link with a line end in its name"
    real=$(readlink -f -- "$link")
    case $target in /*) fail "$unsafe" "\${link#./} -> $target" ;; esac
    case $real in '' | "$tree" | "$tree"/*) ;; *) fail "$unsafe" "\${link#./} -> $target" ;; esac
    leads_out "\${link%/*}/$target" && fail "$unsafe" "\${link#./} -> $target"
  done <"$work/links"
}

leads_out() (
  set -f; IFS=/; depth=0
  for part in $1; do
    case $part in '' | .) ;; ..) depth=$((depth - 1)) ;; *) depth=$((depth + 1)) ;; esac
    [ "$depth" -ge 0 ] || exit 0
  done
  exit 1
)

say_room() { df -Pk -- "$work" | awk 'NR == 2 { print "Its file system has " $4 " kB left." }'; }

refuse_names() {
  refused=$(awk ${quote(namesProgram)} "$work/list" "$work/names") || exit 1
  [ -z "$refused" ] || fail "$unsafe" "$refused"
}
`

/** tar of its own would leave out busybox, which unpacks what it is given but does not call all decompressors. */
function tarUnpacking(src: string): string {
  const tool = decompressor(src)
  const from = tool ? 'unpacked | tar -f -' : 'tar -f "$src"'
  return `need tar${tool ? `; need ${tool}` : ''}
unpacked() { ${tool} -dc -- "$src" 2>"$work/unpacked"; r=$?; [ $r -eq 0 ] || [ $r -eq 141 ] || : >"$work/broken"; }
tried() { [ "$1" -eq 0 ] && [ ! -e "$work/broken" ] || { cat -- "$work/unpacked" >>"$work/said"; damaged; }; }
: >"$work/unpacked"
${from} -t >"$work/names" 2>"$work/said"; tried $?
${from} -tv >"$work/list" 2>"$work/said"; tried $?
refuse_names
${from} -xpo -C "$tree" 2>"$work/said"; tried $?`
}

/** Info-ZIP spells names that are not ASCII anew in the C locale, and ends with 1 where it merely warns. */
const zipUnpacking = `need unzip
export LC_ALL=C.UTF-8
unzip -Z1 "$src" >"$work/names" 2>"$work/said" </dev/null ||
  unzip -l "$src" 2>"$work/said" </dev/null >"$work/table" || damaged
[ -s "$work/names" ] || awk '/^-/ { inside = !inside; next } inside { sub(/^ *[0-9]+ +[^ ]+ +[^ ]+ +/, ""); print }' "$work/table" >"$work/names"
: >"$work/list"
refuse_names
unzip -q -o "$src" -d "$tree" >"$work/said" 2>&1 </dev/null || [ $? -eq 1 ] || damaged
export LC_ALL=C`

function explained(src: string, output: Output): PlaybookError | undefined {
  const details = lastLines(output)
  const last = details.at(-1) ?? ''
  if (output.code === damagedCode) {
    return new PlaybookError('E_ARCHIVE', `${src} could not be unpacked; dest was left as it was.`, {
      details,
    })
  }
  if (output.code === unsafeCode) {
    return new PlaybookError('E_UNSAFE_ARCHIVE', `${src} holds what must not be unpacked: ${last}`, {
      hint: 'Nothing was unpacked. Do you trust where it comes from?',
    })
  }
  if (output.code === conflictCode) {
    return new PlaybookError('E_CONFLICT', last, {
      hint: 'Nothing was unpacked. exclude or preserve leaves a path as it is.',
    })
  }
  if (output.code === toolCode) {
    return new PlaybookError('E_TOOL', `The host has no ${last}, which unpacks ${src}.`, {
      hint: 'Install it before this task.',
    })
  }
  if (output.code !== layoutCode) return undefined
  return new PlaybookError('E_ARCHIVE_LAYOUT', `${src}: ${last}`, {
    hint: 'Nothing was unpacked. Are stripComponents and creates right for this archive?',
  })
}

function notADirectory(dest: string, state: FileState): PlaybookError {
  const kind = state.type === 'other' ? 'special file' : state.type
  return new PlaybookError('E_NOT_A_DIRECTORY', `${dest} is a ${kind}, not a directory.`)
}
