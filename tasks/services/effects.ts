// Effects that a task adds to all its changes: servers, units and listening ports.

import type { Change, Effect } from '../../src/index.ts'

/** The changes with these effects added to their own. */
export function withEffects(effects: readonly Effect[], changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => ({ ...change, effects: [...(change.effects ?? []), ...effects] }))
}

/**
 * What changes when the server of a folder, or the unit it runs as, is started, reloaded or stopped. `becomes`: what a
 * probe of the server would then return, if that is known.
 */
export function serverEffects(folder: string, unit?: string, becomes?: unknown): readonly Effect[] {
  const server = { state: serverState(folder), ...(becomes === undefined ? {} : { becomes }) }
  return [server, { state: 'listening' }, ...(unit === undefined ? [] : [{ state: `units/${unit}` }])]
}

/** The name that a dry run uses for the process of a server in a folder. */
export function serverState(folder: string): string {
  return `processes${folder}`
}
