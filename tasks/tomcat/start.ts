// What a start of a Tomcat is due for, and the steps of it. Not a task.

import { type Change, type Command, run, type Step } from '../../src/index.ts'
import { affecting, serverEffects } from '../services/effects.ts'
import { explainFault } from '../services/serverShell.ts'
import { isOfUnit } from '../services/systemd.ts'
import { requireOwner, type TomcatJvm } from './jvms.ts'
import type { TomcatParams } from './params.ts'
import { stopTomcat } from './process.ts'

/**
 * The change that brings a Tomcat `to` a state by `start`, where it does not run, or not as its unit; none where it runs.
 *
 * @throws PlaybookError E_TOMCAT_OWNER where it runs as another account
 */
export function startChanges(
  jvm: TomcatJvm | undefined,
  params: TomcatParams,
  { start, to }: { readonly start: Command; readonly to: string },
): readonly Change[] {
  const { home, user, unit } = params
  const starting = run(start, { explain: explainFault })
  if (!jvm) return processChanges(params, 'not running', to, starting)
  requireOwner(jvm, home, user)
  if (isOfUnit(jvm, unit)) return []
  const stopping = run(stopTomcat(params), { explain: explainFault })
  return processChanges(params, `pid ${jvm.pid}, not of ${unit}`, `${to}, as ${unit}`, stopping, starting)
}

/** A change of a Tomcat's process, with what becomes otherwise by it. */
export function processChanges(
  { home, unit }: TomcatParams,
  from: string,
  to: string,
  ...steps: Step[]
): readonly Change[] {
  return affecting(serverEffects(home, unit), [{ what: `tomcat ${home}`, from, to, steps }])
}
