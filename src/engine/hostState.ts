// Keeps what a run knows of one host: its session, revision, probes and predicted state.

import { createLimiter, type Limiter } from '../model/concurrency/limiter.ts'
import { newPredictedState, type PredictedState } from './checkMode/predictedState.ts'
import { coalesceProbes, type RunProbes } from './probing/coalesceProbes.ts'
import type { Prefetched } from './probing/probeCache.ts'
import type { HostSession } from './session/hostSession.ts'

export class HostState {
  readonly name: string
  readonly session: HostSession
  /** Grows when a change begins and when it ends: what was probed before is void. */
  revision = 0
  /** One task at a time changes the host, and knows what the one before it left. */
  readonly mutex: Limiter = createLimiter(1)
  /** Runs probes, in one trip for all that wait for the same shell. */
  readonly probe: RunProbes
  prefetched: Prefetched | undefined
  /** Of check mode, through all plays. */
  readonly predictedState: PredictedState

  /** `restartElsewhere` names a planned change of what listens on another host. */
  constructor(session: HostSession, restartElsewhere: () => string | undefined) {
    this.name = session.host
    this.session = session
    this.probe = coalesceProbes((user, entries, ended) => session.trip(user, entries, { ended }))
    this.predictedState = newPredictedState(restartElsewhere)
  }
}
