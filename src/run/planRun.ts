// Plans a run: its plays on the hosts of the inventory, and what to warn of.

import { dataFolder } from '../cache/cacheFolder.ts'
import { openLastFacts } from '../cache/lastFacts.ts'
import type { PlayPlan } from '../engine/plan/planPlays.ts'
import type { StartedPlays } from '../engine/plan/startAt.ts'
import type { ConnectionFlags } from '../inventory/connection/connectionSettings.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { PlaybookError } from '../model/errors/error.ts'
import type { Play } from '../model/play.ts'
import { type BindFlags, bindPlays } from './bindPlays.ts'
import { unknownTags } from './warnings/unknownTags.ts'
import { unreadVars } from './warnings/unreadVars.ts'

export type RunPlan = StartedPlays & { readonly warnings: readonly PlaybookError[] }

/** Decides where the plays begin. */
export type Begin = (plays: readonly PlayPlan[]) => StartedPlays

type PlanOptions = {
  readonly plays: readonly Play[]
  readonly inventory: Inventory
  readonly connection: ConnectionFlags
  /** Default: the plays begin at their first tasks. */
  readonly begin?: Begin | undefined
}

/** @throws AggregatePlaybookError with all errors of plays and variables; errors of `begin`; E_UNKNOWN_TAG */
export async function planRun(
  { plays, inventory, connection, begin }: PlanOptions,
  flags: BindFlags,
): Promise<RunPlan> {
  const lastFacts = openLastFacts(dataFolder('facts'))
  const bound = await bindPlays(plays, inventory, flags, connection, lastFacts)
  const warnings = [...inventory.warnings, ...unknownTags(bound, flags), ...unreadVars(bound, inventory)]
  return { ...(begin?.(bound) ?? { plays: bound }), warnings }
}
