// Defines what a run is given, and what its plays share.

import type { HostFacts } from '../model/facts.ts'
import type { Listener, Resumable, RunEvent } from '../model/run/event.ts'
import type { PendingHandlers } from '../model/run/pendingHandlers.ts'
import type { Ask } from '../model/run/question.ts'
import { type Secret, secretsIn } from '../model/secrets/secret.ts'
import type { ApplyOptions } from './apply/applySteps.ts'
import type { PlannedRestarts } from './checkMode/dryRun.ts'
import type { ConfirmTask } from './coordination/confirmTask.ts'
import type { PresetAnswers, Questions } from './coordination/questions.ts'
import { HostState } from './hostState.ts'
import type { HostAccess } from './plan/hostAccess.ts'
import type { PlayPlan } from './plan/planPlays.ts'
import type { Connect } from './session/hostLink.ts'
import type { LockOptions } from './session/hostLock.ts'
import { HostSession } from './session/hostSession.ts'

export type RunOptions = {
  readonly plays: readonly PlayPlan[]
  readonly playbooks: readonly string[]
  /** Who runs them, and on which machine; recorded with the run. */
  readonly by?: string
  /** Recorded with the run, for one that resumes it. */
  readonly resumable?: Resumable
  readonly connect: Connect
  readonly fetch: ApplyOptions['fetch']
  /** Handlers that are pending from run to run; without it a failed run forgets them. */
  readonly pendingHandlers?: PendingHandlers
  readonly artifacts: ApplyOptions['artifacts']
  /** Keeps built-in facts for the plans of later runs. */
  readonly keepFacts?: (host: HostAccess, facts: Partial<HostFacts>) => void
  readonly listener: Listener
  readonly isCheck: boolean
  /** How the locks of hosts are taken; undefined: not at all. Check mode takes none. */
  readonly lock?: LockOptions
  /** Whether hosts that fail run their notified handlers, where the play does not say. */
  readonly forceHandlers?: boolean
  /** Hosts worked on at once. */
  readonly forks: number
  /** true: emits every command with its output. */
  readonly isVerbose: boolean
  /** Called before each task; without it all tasks run. */
  readonly confirmTask?: ConfirmTask
  /** Asks a person, or code; without it nobody can be asked. */
  readonly ask?: Ask | undefined
  /** What answers prompts without a question. */
  readonly answers?: PresetAnswers | undefined
  /** Interrupts the run: running steps are killed, nothing more is started. */
  readonly signal?: AbortSignal
}

/** The states of the hosts, and what they are made of. */
export type HostStates = {
  readonly options: Pick<RunOptions, 'connect' | 'isVerbose' | 'signal' | 'isCheck' | 'lock' | 'keepFacts'>
  readonly hosts: Map<string, HostState>
  /** Grows with each change of the run, on whatever host. */
  revision: number
  /** Of check mode. */
  readonly restarts: PlannedRestarts
  readonly emit: (event: RunEvent) => void
  /** Masks these from now on too. */
  readonly addSecrets: (secrets: ReadonlySet<Secret>) => void
}

export type RunState = HostStates & {
  readonly options: RunOptions
  /** Hosts that failed, were lost or were cut short: they take no part in later plays. */
  readonly excluded: Set<string>
  readonly questions: Questions
  /** Resolves when the run is interrupted. */
  readonly stopped: Promise<void>
  /** A person has aborted the run: no play begins any more. */
  isAborted: boolean
  /** Masks the secrets that are known so far in a text. */
  readonly mask: (text: string) => string
}

/** The state of a host, one for all plays. */
export function hostState(
  { host: { name, vars }, settings }: Pick<HostAccess, 'host' | 'settings'>,
  { options, hosts, restarts, emit, addSecrets }: HostStates,
): HostState {
  const known = hosts.get(name)
  if (known) return known
  addSecrets(secretsIn([vars, settings]))
  const { connect, isVerbose, signal } = options
  const lock = options.isCheck ? undefined : options.lock
  const session = new HostSession({ host: name, settings, connect, emit, isVerbose, lock, signal })
  const state = new HostState(session, () => restarts.findLast(({ host }) => host !== name)?.by)
  hosts.set(name, state)
  return state
}
