// Binds plays to hosts of an inventory, and collects all errors.

import type { z } from 'zod'
import type { LastFacts } from '../cache/lastFacts.ts'
import { type BoundPlay, type PlayPlan, planPlays } from '../engine/plan/planPlays.ts'
import type { HostSelector } from '../engine/plan/playHost.ts'
import { maskedPlanError } from '../engine/results/masking.ts'
import {
  becomesByDefault,
  type ConnectionFlags,
  connectionSettings,
} from '../inventory/connection/connectionSettings.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { LoadedHost } from '../inventory/vars/hostVars.ts'
import { validateVars } from '../inventory/vars/validateVars.ts'
import type { AggregatePlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import { withLocation } from '../model/errors/withLocation.ts'
import type { Play } from '../model/play.ts'
import { secretsIn } from '../model/secrets/secret.ts'
import { shortPath } from '../userCode/shortPath.ts'
import { collectErrors } from './collectErrors.ts'

/** The flags that select hosts and tasks. */
export type BindFlags = {
  readonly limit?: string
  readonly become?: boolean
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check?: boolean
}

/** @throws AggregatePlaybookError: unknown groups, a limit that leaves nothing, wrong variables, wrong tasks */
export async function bindPlays(
  plays: readonly Play[],
  inventory: Inventory,
  flags: BindFlags,
  connectionFlags: ConnectionFlags,
  lastFacts?: LastFacts,
): Promise<PlayPlan[]> {
  const { attempt, throwIfAny } = collectErrors()
  const bound: BoundPlay[] = []
  for (const play of plays) {
    const one = await attempt(() => bindPlay(play, inventory, flags))
    if (one) bound.push(one)
  }
  const patterns = bound.map(({ play }) => play.spec.hosts)
  const { limit } = flags
  if (limit !== undefined && bound.length === plays.length)
    await attempt(() => inventory.validateLimit(patterns, limit))
  const plans = await attempt(() =>
    planPlays(bound, {
      inventory: hostSelector(inventory),
      settingsOf: (host) => connectionSettings(host, connectionFlags),
      becomesByDefault,
      lastFacts: lastFacts?.of,
      isCheck: flags.check,
      tags: { only: flags.tags, skip: flags.skipTags },
    }),
  )
  try {
    throwIfAny()
  } catch (thrown) {
    throw maskedPlanError(
      thrown as AggregatePlaybookError,
      secretsIn(bound.map(({ vars }) => [...vars.values()])),
    )
  }
  return plans!
}

function bindPlay(play: Play, inventory: Inventory, { limit, become }: BindFlags): BoundPlay {
  const { spec } = play
  withLocation(locationOf(play), () => inventory.select(spec.hosts))
  const hosts = inventory.select(spec.hosts, limit)
  const checked = validateVars(spec.vars, hosts, { name: spec.name, where: locationOf(play) })
  const vars = new Map([...checked].map(([host, each]) => [host.name, each]))
  const ownPlay = become === true ? { ...play, spec: { ...spec, become: spec.become ?? true } } : play
  return { play: ownPlay, hosts, vars }
}

function hostSelector(inventory: Inventory): HostSelector {
  return {
    select: (pattern) => inventory.select(pattern),
    groupNames: () => inventory.groups.keys(),
    varsOf: (schema, hosts, { where, ...owner }) =>
      validateVars(schema as z.ZodType | undefined, hosts as LoadedHost[], {
        ...owner,
        where: shortened(where),
      }),
  }
}

function locationOf({ where }: Play): ReturnType<Play['where']> {
  return shortened(where())
}

function shortened(location: SourceLocation | undefined): SourceLocation | undefined {
  return location && { ...location, file: shortPath(location.file, process.cwd()) }
}
