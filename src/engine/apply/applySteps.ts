// Applies the steps of a task, the last ones in one trip with the probes that follow.

import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import type { BecomeUser } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { contentBytes } from '../../model/fileChange.ts'
import { type BecomeSettings, becomeSettingsFor, type ConnectionSettings } from '../../model/host.ts'
import { lastLines, type Output } from '../../model/probe.ts'
import { unsafePathError } from '../../model/shell/unsafePath.ts'
import type {
  CallStep,
  MadeChange,
  RunStep,
  StartStep,
  Step,
  StepConnection,
  UploadSource,
  UploadStep,
  WriteStep,
} from '../../model/step.ts'
import type { Task } from '../../model/task.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import {
  changedMeanwhileCode,
  copyEntry,
  placeEntry,
  runEntry,
  startEntry,
  writeEntry,
} from '../../wire/stepScript.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import { otherHostError } from '../results/lostHost.ts'
import type { HostSession } from '../session/hostSession.ts'
import type { StepOwner } from '../session/trip.ts'
import type { Artifacts } from './artifacts.ts'
import {
  byteCounter,
  lineEmitter,
  type OnBytes,
  type OnLine,
  stepTimer,
  withoutBytesLines,
} from './stepObservers.ts'
import { failureOf } from './stepOutcome.ts'

export type ApplyOptions = {
  /** Of the host on which the steps run. */
  readonly session: HostSession
  readonly owner: StepOwner
  readonly item: PlannedTask
  readonly steps: readonly Step[]
  /** Probes to run in the trip of the last steps, as the same user. */
  readonly probes: readonly ScriptEntry[]
  readonly onLine: OnLine
  readonly onBytes: OnBytes
  /** Called with the output of each command, also of one that fails. */
  readonly onOutput: (output: Output) => void
  /** Called with each step that succeeded, and its output. */
  readonly onStep?: (step: Step, output: Output) => void
  /** Called with what a call turned out to change, where it tells. */
  readonly onCall?: (step: CallStep, changes: readonly MadeChange[]) => void
  readonly isCheck: boolean
  readonly signal: AbortSignal | undefined
  /** Fetches a source into the controller's cache, and gives its path; counts bytes as they come. */
  readonly fetch: (
    source: Extract<UploadSource, { kind: 'fetch' }>,
    onBytes?: (added: number, total: number | undefined) => void,
  ) => Promise<string>
  readonly artifacts: Artifacts
  /** true: the steps come from a plan, so after a wait for the host's lock they do not run. */
  readonly isPlanned: boolean
  /** Another host of the inventory, for a `call` step. @throws PlaybookError E_UNKNOWN_HOST */
  readonly reach: (host: string, task: Task) => Reached
}

/** A host, and the user that a task becomes there. */
export type Reached = { readonly session: HostSession; readonly user: BecomeUser | undefined }

/** Larger contents go over a channel of their own: a shell reads its script slowly. */
const scriptLimitBytes = 128 * 1024

type ScriptStep = { readonly step: RunStep | WriteStep | StartStep | UploadStep; readonly entry: ScriptEntry }

/**
 * Runs the steps in order, then the probes, and gives the probes' outputs.
 *
 * @throws PlaybookError of the first step that fails (nothing after it has run), UnreachableError, WaitedForLock
 */
export async function applySteps(options: ApplyOptions): Promise<(Output | undefined)[]> {
  let waiting: ScriptStep[] = []
  for (const step of options.steps) {
    if (step.kind === 'call' || !fitsScript(step)) {
      await runScript(options, waiting, [])
      await options.session.lock(options.item.target.user, options)
      waiting =
        step.kind === 'call'
          ? await runCall(options, step)
          : [await sendFile(options, step as UploadStep | WriteStep)]
    } else {
      waiting.push({ step, entry: scriptEntry(step, options.item) })
      // What comes after it must not run before its output has been read.
      const isDecisive = step.kind === 'run' && step.failed !== undefined && step !== options.steps.at(-1)
      if (isDecisive) await runScript(options, waiting.splice(0), [])
    }
  }
  return runScript(options, waiting, options.probes)
}

async function runScript(
  { session, item, owner, onLine, onBytes, onOutput, onStep, isPlanned }: ApplyOptions,
  steps: readonly ScriptStep[],
  probes: readonly ScriptEntry[],
): Promise<(Output | undefined)[]> {
  const limit = stepTimer(session, item)
  const counting = steps.map(({ step }) => step.kind === 'run' && step.countsBytes === true)
  const lines = lineEmitter(counting, onLine, onBytes)
  const entries = [...steps.map(({ entry }) => entry), ...probes]
  try {
    const outputs = await session.trip(item.target.user, entries, {
      owner,
      isPlanned,
      partial: lines.partial,
      started: (index, pid) => {
        lines.started(index)
        const step = steps[index]?.step
        limit.started(pid, step?.kind === 'run' ? step.timeout : undefined)
      },
      ended: limit.ended,
    })
    for (const [index, { step, entry }] of steps.entries()) {
      const output = outputOf(step, outputs[index])
      if (output && step.kind === 'run') onOutput(output)
      requireSuccess(step, entry, output, limit.hasExpired())
      if (output) onStep?.(step, output)
    }
    return outputs.slice(steps.length)
  } finally {
    limit.ended()
    lines.stop()
  }
}

function outputOf(step: ScriptStep['step'], output: Output | undefined): Output | undefined {
  if (!output || step.kind !== 'run' || !step.countsBytes) return output
  return { ...output, stderr: withoutBytesLines(output.stderr) }
}

function scriptEntry(step: ScriptStep['step'], item: PlannedTask): ScriptEntry {
  return withOptions(plainEntry(step, item), item)
}

/** Adds what the task's options say about its steps. */
function withOptions(entry: ScriptEntry, { task }: PlannedTask): ScriptEntry {
  const { noLog, unsafePaths } = task.options
  return {
    ...entry,
    ...(noLog ? { isHidden: true } : {}),
    ...(unsafePaths ? { body: Buffer.concat([Buffer.from('rp_unsafe=1\n'), Buffer.from(entry.body)]) } : {}),
  }
}

function plainEntry(step: ScriptStep['step'], { environment }: PlannedTask): ScriptEntry {
  if (step.kind === 'run') return runEntry(step, environment)
  if (step.kind === 'start') return startEntry(step, environment)
  if (step.kind === 'write') return writeEntry(step)
  return copyEntry(step, step.source as Extract<UploadSource, { kind: 'host' }>)
}

function fitsScript(step: ScriptStep['step']): boolean {
  if (step.kind === 'upload') return step.source.kind === 'host'
  if (step.kind !== 'write') return true
  const content = contentBytes(step.content)
  return content.length <= scriptLimitBytes && !content.includes(0)
}

/** Uploads bytes to a work folder beside the target; the next script moves them into place. */
async function sendFile(
  { session, item, fetch, onBytes }: ApplyOptions,
  step: UploadStep | WriteStep,
): Promise<ScriptStep> {
  const folder = posix.dirname(step.path)
  const name = `.run-playbook-${randomBytes(6).toString('hex')}`
  const send = (source: Buffer | Readable) =>
    session
      .upload(source, posix.join(folder, name, 'data'), item.target.user, item.task.options)
      .catch((thrown) => {
        throw thrown instanceof PlaybookError && thrown.code === 'E_UPLOAD'
          ? notWritten(step.path, thrown.details)
          : thrown
      })
  const hash = createHash('sha256')
  if (step.kind === 'write') {
    const content = contentBytes(step.content)
    await send(content)
    hash.update(content)
  } else {
    const { source } = step
    const path = source.kind === 'fetch' ? await fetch(source, byteCounter(onBytes)) : source.path
    const { size } = await stat(path).catch(() => ({ size: undefined }))
    const count = byteCounter(onBytes)
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk)
        count(chunk.length, size)
        done(null, chunk)
      },
    })
    await send(
      createReadStream(path)
        .on('error', (error) => hashing.destroy(error))
        .pipe(hashing),
    )
  }
  const { kind: _, ...placement } = step
  const placed: UploadStep = { source: { kind: 'local', path: '' }, ...placement, kind: 'upload' }
  const place = { folder, name }
  const sent = hash.digest('hex')
  const { sha256 = sent, path = '' } = placed.source.kind === 'local' ? placed.source : {}
  const mismatch = sent === sha256 ? undefined : `${path} was changed on this machine while it was sent.`
  return { step: placed, entry: withOptions(placeEntry(placed, place, sha256, mismatch), item) }
}

async function runCall(options: ApplyOptions, step: CallStep): Promise<ScriptStep[]> {
  const { session, item } = options
  const made = await step.call(stepConnection(options, { session, user: item.target.user }))
  if (Array.isArray(made)) options.onCall?.(step, made)
  return []
}

function stepConnection(options: ApplyOptions, { session, user }: Reached): StepConnection {
  const { item, owner, onLine, reach, artifacts } = options
  const isOther = session !== options.session
  const reached = { ...item, target: { ...item.target, user } }
  const here = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown) => {
      throw isOther ? otherHostError(thrown, session.host) : thrown
    })
  return {
    host: session.host,
    isLocal: session.settings.kind === 'local',
    isCheck: options.isCheck,
    settings: session.settings,
    become: user && becomeOf(user, session.settings),
    signal: limitedSignal(options),
    reconnect: (options) => here(session.reconnect(options)),
    progress: (line) => onLine('stdout', line),
    carryOut: async (...steps) => {
      await here(applySteps({ ...options, session, item: reached, steps, probes: [], isPlanned: false }))
    },
    download: async (path, localPath) => {
      await here(session.download(path, localPath, user))
    },
    artifact: (key, make) => {
      const onWait = (maker: string) => onLine('stdout', `waiting for ${maker}, which is making it`)
      return artifacts.get(key, { host: session.host, onWait }, make)
    },
    on: (host) =>
      stepConnection(
        options,
        host === options.session.host
          ? { session: options.session, user: item.target.user }
          : reach(host, item.task),
      ),
    run: async (command, settings = {}) => {
      const entry = scriptEntry({ kind: 'run', command, ...settings, okCodes: undefined }, item)
      const [output] = await here(session.trip(user, [entry], { owner }))
      return output!
    },
  }
}

/** Aborts when the run is interrupted, or the task's `timeout` has passed. */
function limitedSignal({ signal, item }: ApplyOptions): AbortSignal | undefined {
  const { timeout } = item.task.options
  if (timeout === undefined) return signal
  const limit = AbortSignal.timeout(timeout * 1000)
  return signal ? AbortSignal.any([signal, limit]) : limit
}

function becomeOf({ user, method }: BecomeUser, settings: ConnectionSettings): BecomeSettings {
  return { ...becomeSettingsFor(method ?? settings.become.method, settings), user }
}

function requireSuccess(
  step: ScriptStep['step'],
  entry: ScriptEntry,
  output: Output | undefined,
  hasExpired: boolean,
): void {
  if (!output || isSuccess(entry, output, hasExpired)) {
    const error = output && failureOf(step, output)
    if (error) throw error
    return
  }
  const ownLimit = step.kind === 'run' && step.timeout !== undefined ? step.explain?.(output) : undefined
  if (hasExpired && ownLimit) throw ownLimit
  if (hasExpired)
    throw new PlaybookError('E_TIMEOUT', `Timed out and was killed: ${shortText(step)}`, {
      details: lastLines(output),
    })
  const unsafe = refusalIn(lastLines(output))
  if (unsafe) throw unsafe
  const explained = step.kind === 'run' ? step.explain?.(output) : undefined
  if (explained) throw explained
  const details = lastLines(output)
  if (isPlacement(step) && output.code === changedMeanwhileCode) throw changedMeanwhile(step.path)
  if (isPlacement(step)) throw notWritten(step.path, details)
  throw new PlaybookError('E_STEP', `Exit code ${output.code}: ${shortText(step)}`, { details })
}

function isSuccess({ okCodes = [0] }: ScriptEntry, { code }: Output, hasExpired: boolean): boolean {
  return okCodes === 'any' ? !(hasExpired && code !== 0) : okCodes.includes(code)
}

function isPlacement(step: Step): step is WriteStep | UploadStep {
  return step.kind === 'write' || step.kind === 'upload'
}

function changedMeanwhile(path: string): PlaybookError {
  return new PlaybookError(
    'E_CHANGED_MEANWHILE',
    `${path} was changed by another program after this task had read it; it is left as it is now.`,
    { hint: 'Run it again: the task then starts from what the file has now.' },
  )
}

/**
 * Whether the error is that a file of this step, which did nothing, is no longer the one that was read. A command says so
 * by its `explain`.
 */
export function isOutdated(step: Step | undefined, { code, message }: PlaybookError): boolean {
  if (step === undefined || code !== 'E_CHANGED_MEANWHILE') return false
  return isPlacement(step) ? message === changedMeanwhile(step.path).message : step.kind === 'run'
}

/** The refusal of `safePaths`, if that is what the lines are about. */
function refusalIn(lines: readonly string[]): PlaybookError | undefined {
  const start = 'unsafe path: '
  const refusal = lines.find((line) => line.startsWith(start))
  return refusal === undefined ? undefined : unsafePathError(refusal.slice(start.length))
}

function notWritten(path: string, details: readonly string[]): PlaybookError {
  const unsafe = refusalIn(details)
  if (unsafe) return unsafe
  return new PlaybookError('E_WRITE', `Could not write ${path}; it is unchanged.`, {
    details,
  })
}

function shortText(step: ScriptStep['step']): string {
  if (step.kind === 'write' || step.kind === 'upload') return `write ${step.path}`
  const text = step.command.script.trim()
  const line = text.split('\n')[0]!
  return line.length > 200 || line !== text ? `${line.slice(0, 200)} …` : line
}
