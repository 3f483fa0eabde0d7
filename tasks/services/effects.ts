// What a task's changes affect besides the files they write, said of all of them at once; itself no task.

import type { Change, Effect } from '../../src/index.ts'

/** The changes, with these effects added to those that they have. Of no change nothing is said. */
export function affecting(effects: readonly Effect[], changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => ({ ...change, effects: [...(change.effects ?? []), ...effects] }))
}

/**
 * What becomes otherwise when the server of a folder, or the unit that it runs as, is started, reloaded or ended.
 * `becomes`: what a probe of the server would then say, where that is known.
 */
export function serverEffects(folder: string, unit?: string, becomes?: unknown): readonly Effect[] {
  const others = ['listening', ...(unit === undefined ? [] : [`units/${unit}`])]
  const server = { state: serverState(folder), ...(becomes === undefined ? {} : { becomes }) }
  return [server, ...others.map((state) => ({ state }))]
}

/** What a dry run calls the process of a server that is known by its folder. */
export function serverState(folder: string): string {
  return `processes${folder}`
}
