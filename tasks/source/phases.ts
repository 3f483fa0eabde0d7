// The phases of a build: fetch, unpack, patch, configure, make, check, install.

import { posix } from 'node:path'
import {
  type Command,
  type FileState,
  type Output,
  type PlaybookError,
  quote,
  run,
  type Step,
  sh,
  shellText,
  type Task,
} from '../../src/index.ts'
import { download } from '../files/download.ts'
import { explainUnpacking } from '../files/unarchive/errors.ts'
import { unpackCommand } from '../files/unarchive/script.ts'
import { archiveFile, type Build, configureFlags } from './buildParams.ts'
import { copiedTree } from './carrying.ts'
import type { Patch } from './recipe.ts'
import { asUser, prelude, workspaceOf } from './workspace.ts'

export type PhaseName = 'fetch' | 'unpack' | 'patch' | 'configure' | 'make' | 'check' | 'install'

export type Phase = {
  readonly name: PhaseName
  /** What a person would type. */
  readonly title: string
  readonly steps: readonly Step[]
}

type Explain = (phase: PhaseName, output: Output) => PlaybookError

/** All phases of a build, in order. The last one installs into a stage, and is never taken as done. */
export function phasesOf(build: Build, patches: readonly Patch[], explain: Explain): Phase[] {
  const { configureCommand, check, folder } = build
  const { source, archive } = workspaceOf(build)
  const explainAs = (name: PhaseName) => (output: Output) => explain(name, output)
  const scripted = (name: PhaseName, title: string, body: Command): Phase => ({
    name,
    title,
    steps: [
      run(recorded(build, name, title, body), { environment: build.environment, explain: explainAs(name) }),
    ],
  })
  const words = configureFlags(build).map(quote)
  const configureLine = [configureCommand, ...words].join(' ')
  return [
    { name: 'fetch', title: posix.basename(archive), steps: fetching(build) },
    {
      name: 'unpack',
      title: archiveFile(build).replace(/^archive-\w+-/, ''),
      steps: unpacking(build, explainAs),
    },
    ...(patches.length > 0
      ? [
          {
            name: 'patch' as const,
            title: `${patches.length} patches`,
            steps: patching(build, patches, explainAs),
          },
        ]
      : []),
    ...(configureCommand === false
      ? []
      : [scripted('configure', configureLine, inFolder(folder, shellText(configureLine)))]),
    scripted('make', makeLine(build.make), inFolder(folder, making(build.make))),
    ...(check ? [scripted('check', makeLine(check), inFolder(folder, making(check)))] : []),
    {
      name: 'install',
      title: makeLine(build.install, ''),
      steps: [run(staging(build, source), { environment: build.environment, explain: explainAs('install') })],
    },
  ]
}

/** The steps by which another task makes what is not there yet. */
function stepsOf(task: Task, observed: { readonly [name: string]: FileState }): Step[] {
  return task.spec.plan(task.params, observed as never, undefined).flatMap((change) => change.steps)
}

const absent: FileState = { type: 'absent' }
const attributes = { mode: 0o755, owner: '', group: '', uid: 0, gid: 0, mtimeMs: 0 }

function fetching(build: Build): Step[] {
  const { urls, checksum, via } = build
  const { archive } = workspaceOf(build)
  const task = download({ urls, via, dest: archive, checksum: `${checksum.algorithm}:${checksum.hex}` })
  return stepsOf(task, { current: absent, folder: { type: 'directory', ...attributes } })
}

function unpacking(build: Build, explainAs: (name: PhaseName) => (output: Output) => PlaybookError): Step[] {
  const { archive, source } = workspaceOf(build)
  const params = {
    src: archive,
    dest: source,
    stripComponents: build.stripComponents,
    exclude: [],
    preserve: [],
    owner: build.user,
  }
  return [
    run(sh`${prelude(build)}
rm -rf -- "$source" "$work/phases"`),
    run(unpackCommand(params), { explain: (output) => explainUnpacking(archive, output) }),
    run(
      sh`${prelude(build)}
echo unpack >>"$work/phases"`,
      { explain: explainAs('unpack') },
    ),
  ]
}

function patching(
  build: Build,
  patches: readonly Patch[],
  explainAs: (name: PhaseName) => (output: Output) => PlaybookError,
): Step[] {
  return [
    ...patches.map(({ path, content }) =>
      run(
        logged(
          build,
          `patch ${posix.basename(path)}`,
          sh`echo ${`patching with ${posix.basename(path)}`} && patch -p1 -N -t`,
        ),
        {
          stdin: content,
          explain: explainAs('patch'),
        },
      ),
    ),
    run(sh`${prelude(build)}
echo patch >>"$work/phases"`),
  ]
}

function making(words: readonly string[]): Command {
  return shellText(`exec ${makeLine(words)}`)
}

/** `make -j$(nproc) …`, one job per processor, unless the flags say otherwise. */
function makeLine(words: readonly string[], jobs = '-j$(nproc 2>/dev/null || echo 1)'): string {
  const hasJobs = words.some((word) => /^(?:-j|--jobs)/.test(word))
  return ['make', ...(hasJobs || jobs === '' ? [] : [jobs]), ...words.map(quote)].join(' ')
}

function inFolder(folder: string | undefined, body: Command): Command {
  return folder
    ? sh`cd -- ${folder} || exit 1
${body}`
    : body
}

/** A script whose success is noted, so that it is not run again. */
function recorded(build: Build, name: PhaseName, title: string, body: Command): Command {
  return sh`${logged(build, title, body)}
[ "$rc" = 0 ] && echo ${name} >>"$work/phases"`
}

/** Runs a body in the source as the build user, with its output shown and logged. Leaves its exit code in `$rc`. */
function logged(build: Build, title: string, body: Command, before: Command = asUser): Command {
  return sh`${prelude(build)}
${shellText(logging)}
set -- sh -c ${`cd -- ${quote(workspaceOf(build).source)} || exit 1\n${body.script}`}
${before}
printf '\n== %s\n' ${title} >>"$log"
logged "$@"
[ "$rc" = 0 ] || tell_full
[ "$rc" = 0 ] || exit "\${rc:-1}"`
}

const logging = `logged() {
  exec 3>&1
  rc=$( { { "$@" 3>&- 4>&-; echo $? >&4; } 2>&1 | tee -a -- "$log" >&3; } 4>&1 )
}
tell_full() {
  for each in "$work" "\${TMPDIR:-/tmp}"; do
    set -- $(df -kP -- "$each" 2>/dev/null | tail -n 1)
    [ "\${4:-9999}" -ge 1024 ] || echo "disk full: $each has $4 KiB left of $2 ($6)" >&2
  done
}`

/**
 * Installs below the stage, by DESTDIR. Where the kernel lets us, the stage also takes the place of the prefix in a
 * mount namespace of the installation's own, so that one that ignores DESTDIR (apxs -i) lands in the stage as well and
 * never touches what is installed. What installs into a tree of something else sees a copy of that.
 */
function staging(build: Build, source: string): Command {
  const { install, installs, folder } = build
  const body = inFolder(folder, shellText(`exec ${makeLine(install, '')} DESTDIR="$DESTDIR"`))
  const copying = installs ? `rmdir -- "$stage$prefix" || exit 1\n${copiedTree('"$stage$prefix"')}` : ''
  const title = `${makeLine(install, '')} DESTDIR=${posix.join(posix.dirname(source), 'stage')}`
  return sh`${logged(
    build,
    title,
    body,
    sh`rm -rf -- "$stage" && mkdir -p -- "$stage$prefix" || exit 1
${shellText(copying)}
[ -z "$user" ] || chown -hR -- "$user" "$stage" || exit 1
export DESTDIR="$stage"
${asUser}
${shellText(inNamespace)}`,
  )}
[ -z "$made" ] || rmdir -- "$made" 2>/dev/null
[ -n "$(ls -A -- "$stage$prefix")" ] || { echo "make install left nothing in $stage$prefix: it ignores DESTDIR." >&2; exit 1; }
${shellText((installs ?? []).map(broughtCheck).join('\n'))}`
}

const inNamespace = `made=
[ -d "$prefix" ] || { mkdir -p -- "$prefix" && made=$prefix; }
trap '[ -z "$made" ] || rmdir -- "$made" 2>/dev/null' EXIT
alone="unshare -m --propagation private"
[ "$(id -u)" = 0 ] || alone="unshare -r -m --propagation private"
if $alone sh -c 'mount --bind -- "$0" "$1"' "$stage$prefix" "$prefix" 2>/dev/null; then
  set -- $alone sh -c 'mount --bind -- "$0" "$1" && shift && exec "$@"' "$stage$prefix" "$prefix" "$@"
fi`

function broughtCheck(path: string): string {
  return sh`[ -f "$stage$prefix/"${path} ] || { echo ${`make install did not bring ${path}.`} >&2; exit 1; }`
    .script
}
