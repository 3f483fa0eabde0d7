// The changes that start a Tomcat, or restart it as its systemd unit.

import type { Change, Command, Step } from '../../src/index.ts'
import { serverEffects, withEffects } from '../services/effects.ts'
import { serverStep } from '../services/serverShell.ts'
import { isOfUnit } from '../services/systemd.ts'
import { requireOwner, type TomcatJvm } from './jvms.ts'
import type { StartParams, StopParams } from './params.ts'
import { stopTomcat } from './process.ts'

/**
 * The change that brings a Tomcat `to` a state by `start` if it is down, or not running as its unit; none if it runs.
 *
 * @throws PlaybookError E_TOMCAT_OWNER if it runs as another account
 */
export function startChanges(
  jvm: TomcatJvm | undefined,
  params: StartParams,
  { start, to }: { readonly start: Command; readonly to: string },
): readonly Change[] {
  const { home, user, unit } = params
  const starting = serverStep(start)
  if (!jvm) return processChanges(params, 'not running', to, starting)
  requireOwner(jvm, home, user)
  if (isOfUnit(jvm, unit)) return []
  const stopping = serverStep(stopTomcat(params))
  return processChanges(params, `pid ${jvm.pid}, not of ${unit}`, `${to}, as ${unit}`, stopping, starting)
}

/** A change of a Tomcat's process with its effects. */
export function processChanges(
  { home, unit }: StopParams,
  from: string,
  to: string,
  ...steps: Step[]
): readonly Change[] {
  return withEffects(serverEffects(home, unit), [{ what: `tomcat ${home}`, from, to, steps }])
}
