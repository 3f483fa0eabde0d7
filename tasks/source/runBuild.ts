// Runs a build on a host, or installs what another host has built.

import {
  type Artifact,
  type Output,
  PlaybookError,
  run,
  type StepConnection,
  splitLines,
  text,
  UnreachableError,
  upload,
} from '../../src/index.ts'
import { buildFailure, stepFailure } from './buildErrors.ts'
import type { Build } from './buildParams.ts'
import { artifactPath, foreignCode, installCommand, packCommand } from './installation.ts'
import { type Phase, phasesOf } from './phases.ts'
import type { Platform } from './platform.ts'
import { isSharable, type Patch, sha256, shareKey } from './recipe.ts'
import { prepareCommand, prepareError, workspaceOf } from './workspace.ts'

/** What is to be built, where, and the stamp it leaves. */
type BuildJob = {
  readonly build: Build
  readonly platform: Platform
  readonly patches: readonly Patch[]
  readonly stamp: string
}

/** @throws PlaybookError E_BUILD, E_PATCH, E_DISK_FULL, E_DOWNLOAD, E_ARCHIVE…, and the refusals of `preparing` */
export async function buildOn(job: BuildJob, connection: StepConnection): Promise<void> {
  const done = await prepare(job, connection)
  if (!isSharable(job.build)) return buildHere(job, connection, done)
  const shared = await sharedBuild(job, connection, done)
  if (shared === undefined) return install(job, connection, 'stage')
  if (await installShared(job, connection, shared)) return
  return buildHere(job, connection, done)
}

async function buildHere(
  job: BuildJob,
  connection: StepConnection,
  done: ReadonlySet<string>,
): Promise<void> {
  await compile(job, connection, done)
  await install(job, connection, 'stage')
}

/** The phases that an earlier try of the same has done. */
async function prepare({ build, stamp }: BuildJob, connection: StepConnection): Promise<ReadonlySet<string>> {
  const output = await connection.run(prepareCommand(build, sha256(stamp)))
  if (output.code !== 0) throw prepareError(build, output)
  return new Set(splitLines(text(output)))
}

/** The packed build of another host or an earlier run; undefined where this host has just built and staged it. */
async function sharedBuild(
  job: BuildJob,
  connection: StepConnection,
  done: ReadonlySet<string>,
): Promise<Artifact | undefined> {
  const { build, stamp, platform } = job
  let isStaged = false
  try {
    const key = shareKey(build, stamp, platform.name)
    const artifact = await connection.artifact(key, async (localPath) => {
      await compile(job, connection, done)
      isStaged = true
      connection.progress(`packs ${build.name} ${build.version} for other hosts`)
      await connection.carryOut(run(packCommand(build)))
      await connection.download(artifactPath(build), localPath)
    })
    return artifact.isOwn ? undefined : artifact
  } catch (thrown) {
    if (!isStaged || thrown instanceof UnreachableError) throw thrown
    connection.progress(`not shared with other hosts: ${(thrown as Error).message}`)
    return undefined
  }
}

async function compile(
  { build, patches, platform }: BuildJob,
  connection: StepConnection,
  done: ReadonlySet<string>,
) {
  const { name, version } = build
  const explain = (phase: Phase['name'], output: Output) => buildFailure(build, platform, phase, output)
  const all = phasesOf(build, patches, explain)
  const next = all.slice(firstUndone(all, done))
  const skipped = all.slice(0, all.length - next.length).map((phase) => phase.name)
  const going = skipped.length === 0 ? '' : `, going on after ${skipped.join(', ')}`
  connection.progress(`builds ${name} ${version}${going}; log: ${workspaceOf(build).log}`)
  for (const phase of next) {
    connection.progress(`${phase.name}: ${phase.title}`)
    try {
      await connection.carryOut(...phase.steps)
    } catch (thrown) {
      throw thrown instanceof PlaybookError ? stepFailure(build, phase.name, thrown) : thrown
    }
  }
}

/** A patch that did not fit leaves the source in pieces: it is unpacked again. */
function firstUndone(all: readonly Phase[], done: ReadonlySet<string>): number {
  const first = all.findIndex(({ name }) => name === 'install' || !done.has(name))
  return all[first]!.name === 'patch' ? first - 1 : first
}

async function install(
  { build, stamp }: BuildJob,
  connection: StepConnection,
  from: 'stage' | 'artifact',
): Promise<void> {
  connection.progress(`installs ${build.name} ${build.version} in ${build.prefix}`)
  try {
    await connection.carryOut(run(installCommand(build, stamp, from), { explain: explainForeign }))
  } catch (thrown) {
    throw thrown instanceof PlaybookError ? stepFailure(build, 'install', thrown) : thrown
  }
}

/** Installs what another host built; false where this host lacks libraries that it needs. */
async function installShared(
  job: BuildJob,
  connection: StepConnection,
  { path, maker, madeAt }: Artifact,
): Promise<boolean> {
  const { name, version } = job.build
  connection.progress(`takes ${name} ${version} as ${maker} built it at ${madeAt}; nothing is compiled here`)
  await connection.carryOut(upload({ source: { kind: 'local', path }, path: artifactPath(job.build) }))
  try {
    await install(job, connection, 'artifact')
    return true
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError) || thrown.code !== 'E_FOREIGN_BUILD') throw thrown
    connection.progress(`it needs what this host lacks (${thrown.details.join(', ')}), so it is built here`)
    return false
  }
}

function explainForeign(output: Output): PlaybookError | undefined {
  if (output.code !== foreignCode) return undefined
  const details = splitLines(output.stderr.toString('utf8').trim())
  return new PlaybookError('E_FOREIGN_BUILD', 'The shared build needs libraries that are not here.', {
    details,
  })
}
