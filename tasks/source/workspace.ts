// The folder of a build on the host, and the script that prepares it.

import { posix } from 'node:path'
import { type Command, type Output, ownerSpec, PlaybookError, sh, shellText } from '../../src/index.ts'
import { archiveFile, type Build } from './buildParams.ts'
import { sha256 } from './recipe.ts'

/** Where things lie while something is built. One folder for a name and prefix, so that builds do not pile up. */
type Workspace = {
  readonly folder: string
  readonly archive: string
  readonly source: string
  readonly log: string
}

export function workspaceOf(build: Build): Workspace {
  const { buildDir, name, prefix } = build
  const folder = posix.join(buildDir, `${name}-${sha256(prefix).slice(0, 8)}`)
  return {
    folder,
    archive: posix.join(folder, archiveFile(build)),
    source: posix.join(folder, 'source'),
    log: posix.join(folder, 'build.log'),
  }
}

const noUserCode = 80
const unsafeCode = 81
const mountCode = 82
const previousCode = 83
const prefixCode = 84
const noexecCode = 85

/** Puts the words that become the build user before the arguments of the shell. */
export const asUser = shellText(`if [ -n "$user" ]; then
  export HOME="$source"
  if command -v runuser >/dev/null; then set -- runuser -u "$user" -- "$@"
  else set -- su -s /bin/sh -c 'exec "$@"' "$user" sh "$@"; fi
fi`)

/** The variables and functions of every script of a build. */
export function prelude(build: Build): Command {
  const { folder, archive, source, log } = workspaceOf(build)
  const { name, prefix, user = '', owner, group } = build
  const account = ownerSpec({ owner, group })
  return sh`name=${name} prefix=${prefix} work=${folder} archive=${archive} source=${source} log=${log} user=${user} account=${account}
[ -n "$account" ] || [ -z "$user" ] || account=$(id -u):$(id -g)
stage=$work/stage stamp=.built-$name
target=$prefix
if [ -L "$target" ]; then target=$(readlink -f -- "$target") || exit 1; fi
previous=$target.previous
fail() { code=$1; shift; printf '%s\n' "$*" >&2; exit "$code"; }`
}

/**
 * Makes the folder, restores what an interrupted swap left, refuses what could not be installed in the end, and prints
 * the phases that an earlier try of this very recipe has done. `recipe` is the digest of that. Whether programs run there
 * is tried with a copy of sh: configure runs what it compiles, and fapolicyd lets scripts of sh run anywhere.
 */
export function prepareCommand(build: Build, recipe: string): Command {
  const { buildDir, checksum, installs } = build
  return sh`${prelude(build)}
[ -z "$user" ] || id -u "$user" >/dev/null 2>&1 || fail ${noUserCode} "$user"
base=${buildDir} recipe=${recipe}
ours() {
  [ -d "$1" ] && [ ! -L "$1" ] && [ "$(stat -c %u -- "$1")" = "$(id -u)" ] || fail ${unsafeCode} "$1"
  case $(stat -c %A -- "$1") in ?????w* | ????????w*) fail ${unsafeCode} "$1" ;; esac
}
( rp_make=1; rp_enter "$base" ) || exit
ours "$base" && mkdir -p -- "$work" && ours "$work" || exit 1
chmod 755 -- "$work" || exit 1
rm -rf -- "$work/.try" && mkdir -- "$work/.try" || exit 1
cp -- /bin/sh "$work/.try/sh" 2>/dev/null || printf '#!/bin/sh\n' >"$work/.try/sh" || exit 1
chmod 755 -- "$work/.try/sh" || exit 1
( set -- "$work/.try/sh" -c :
${asUser}
"$@" ) 2>/dev/null || { rm -rf -- "$work/.try"; fail ${noexecCode} "$work\${user:+ as $user}"; }
rm -rf -- "$work/.try"
${shellText(installs ? requireTree : requireSwappable)}
if [ "$(cat -- "$work/recipe" 2>/dev/null)" != "$recipe" ]; then
  rm -rf -- "$source" "$stage" "$work/phases" "$work/artifact.tar.gz" "$log"
  for each in "$work"/archive-*; do [ "$each" = "$archive" ] || rm -f -- "$each"; done
  printf '%s\n' "$recipe" >"$work/recipe" || exit 1
fi
( umask 077; : >>"$log" ) || exit 1
sum=$([ -f "$archive" ] && ${`${checksum.algorithm}sum`} <"$archive")
[ "\${sum%% *}" != ${checksum.hex} ] || echo fetch
[ ! -f "$work/phases" ] || cat -- "$work/phases"`
}

const requireTree = `[ -d "$target" ] || fail ${prefixCode} "$prefix"`

/** A swap is two renames: if a crash came between them, the old tree is at PREFIX.previous, and nothing in its place. */
const requireSwappable = `if [ -e "$work/swapping" ] && [ ! -e "$target" ] && [ -d "$previous" ]; then
  ( rp_target "$target"; [ -e "./$rp_base" ] || mv -T -- "./$rp_base.previous" "./$rp_base" ) || exit
fi
rm -f -- "$work/swapping"
if [ -e "$target" ]; then
  [ -d "$target" ] || fail ${prefixCode} "$prefix"
  [ "$(stat -c %d -- "$target")" = "$(stat -c %d -- "$target/..")" ] || fail ${mountCode} "$prefix"
fi
if [ -d "$previous" ] && [ ! -e "$previous/.built-$name" ] && [ -n "$(ls -A -- "$previous")" ] && [ -n "$(ls -A -- "$target" 2>/dev/null)" ]; then fail ${previousCode} "$previous"; fi
( rp_make=1; rp_target "$target" ) || exit`

/** Explains a failure of `prepareCommand`. */
export function prepareError({ prefix, user, buildDir, installs }: Build, output: Output): PlaybookError {
  const message = output.stderr.toString('utf8').trim()
  switch (output.code) {
    case noUserCode:
      return new PlaybookError('E_NO_USER', `There is no user ${user} to build as.`, {
        hint: `Put user({ name: '${user}' }) before this task.`,
      })
    case unsafeCode:
      return new PlaybookError('E_BUILD_DIR', `${message} is not safe to build in: others may write there.`, {
        hint: `buildDir must be a folder that the task's own user makes, and nobody else may write to. Remove ${buildDir}, or name another.`,
      })
    case noexecCode:
      return new PlaybookError('E_BUILD_DIR', `No program may run in ${message}.`, {
        hint: 'Is it mounted noexec? Then give buildDir a folder where programs may run, such as /usr/local/src/build. Does fapolicyd run? Then build without user, or allow the folder: `allow perm=any all : dir=FOLDER/` in /etc/fapolicyd/rules.d/35-build.rules, `fagenrules --load`.',
      })
    case mountCode:
      return new PlaybookError('E_MOUNT_POINT', `${prefix} is a mount point, which cannot be swapped.`, {
        hint: `Install into a folder below it: ${posix.join(prefix, 'app')}`,
      })
    case previousCode:
      return new PlaybookError(
        'E_PREVIOUS',
        `${message} is in the way: the old tree is kept there, and this is not one.`,
        { hint: `Move it away, or remove it: nothing in it is touched.` },
      )
    case prefixCode:
      return new PlaybookError(
        'E_PREFIX',
        installs ? `There is no directory ${prefix} to install into.` : `${prefix} is not a directory.`,
        installs ? { hint: 'Build what it belongs to first.' } : {},
      )
    default:
      return new PlaybookError('E_BUILD_DIR', `${buildDir} cannot be prepared to build in.`, {
        details: message.split('\n'),
      })
  }
}
