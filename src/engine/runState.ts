// What a run is given, and what its plays share.

import type { Listener, Resumable, RunEvent } from '../model/run/event.ts'
import type { PendingHandlers } from '../model/run/pendingHandlers.ts'
import { type Secret, secretsIn } from '../model/secrets/secret.ts'
import type { ApplyOptions } from './apply/applySteps.ts'
import type { PlannedRestarts } from './checkMode/dryRun.ts'
import type { ConfirmTask } from './coordination/confirmTask.ts'
import type { HostPlan, PlayPlan } from './plan/planPlays.ts'
import { type Connect, HostSession } from './session/hostSession.ts'

export type RunOptions = {
  readonly plays: readonly PlayPlan[]
  readonly playbooks: readonly string[]
  /** Noted with the run, for one that goes on with it. */
  readonly resumable?: Resumable
  readonly connect: Connect
  readonly fetch: ApplyOptions['fetch']
  /** Handlers that are owed from run to run; without it a failed run forgets them. */
  readonly pendingHandlers?: PendingHandlers
  readonly artifacts: ApplyOptions['artifacts']
  readonly listener: Listener
  readonly isCheck: boolean
  /** Whether hosts that fail run their notified handlers, where the play does not say. */
  readonly forceHandlers?: boolean
  /** Hosts worked on at once. */
  readonly forks: number
  /** true: tells every command and what it said. */
  readonly isVerbose: boolean
  /** Asked before each task; without it all are carried out. */
  readonly confirmTask?: ConfirmTask
  /** Stops the run: running steps are killed, nothing more is started. */
  readonly signal?: AbortSignal
}

/** What one run shares between its plays. */
export type RunState = {
  readonly options: RunOptions
  readonly sessions: Map<string, HostSession>
  /** Hosts that failed, were lost, or were not gone through; they take no part in later plays. */
  readonly excluded: Set<string>
  /** How many changes the run has made, on all hosts, and in check mode what is planned that other hosts may wait for. */
  readonly site: { changes: number } & PlannedRestarts
  readonly emit: (event: RunEvent) => void
  /** Masks these from now on too. */
  readonly addSecrets: (secrets: ReadonlySet<Secret>) => void
}

/** The session of a host, one for all plays. */
export function sessionOf(
  { host: { name, vars }, settings }: Pick<HostPlan, 'host' | 'settings'>,
  { options, sessions, emit, addSecrets: learn }: RunState,
): HostSession {
  const known = sessions.get(name)
  if (known) return known
  learn(secretsIn([vars, settings]))
  const { connect, isVerbose: isTalkative, signal } = options
  const session = new HostSession({ host: name, settings, connect, emit, isVerbose: isTalkative, signal })
  sessions.set(name, session)
  return session
}
