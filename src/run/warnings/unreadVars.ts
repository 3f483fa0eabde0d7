// Warns about variables of -e that are probably mistyped.

import type { PlannedTask } from '../../engine/plan/plannedTask.ts'
import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { questionOf } from '../../model/blocks/prompt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { nearest } from '../../model/errors/suggest.ts'

/**
 * Returns a warning for each variable of `-e` that nothing reads, that the inventory does not set, and whose name is
 * close to another: `-e tomcat_verison=9`. If tasks depend on facts, it is not known yet what they read, and there are no
 * warnings.
 */
export function unreadVars(plans: readonly PlayPlan[], inventory: Inventory): PlaybookError[] {
  if (plans.some(({ hosts }) => hosts.some(({ items }) => !items))) return []
  const asked = new Set(
    plans.flatMap(({ hosts }) => hosts.flatMap(({ items = [] }) => items.map(promptName))),
  )
  const unread = inventory.unreadExtraVars().filter((name) => !asked.has(name) && !isKnown(name, inventory))
  if (unread.length === 0) return []
  const names = new Set([
    ...plans.flatMap(({ play }) => Object.keys(shapeOf(play.spec.vars))),
    ...[...asked].filter((name) => name !== undefined),
    ...inventory.hosts.flatMap((host) => Object.keys(host.rawVars)),
  ])
  for (const name of unread) names.delete(name)
  return unread.flatMap((name) => {
    const near = nearest(name, names)
    const message = `The variable ${name} given with -e is not used. Did you mean ${near}?`
    return near === undefined ? [] : [new PlaybookError('E_UNREAD_VAR', message)]
  })
}

function promptName({ task }: PlannedTask): string | undefined {
  return questionOf(task)?.name
}

/** Whether a file sets the variable too: then -e only overrides it. */
function isKnown(name: string, inventory: Inventory): boolean {
  return name.startsWith('ansible_') || inventory.hosts.some((host) => host.definitions(name).length > 1)
}

function shapeOf(schema: unknown): object {
  return (schema as { readonly shape?: object } | undefined)?.shape ?? {}
}
