// Completes tags and titles of tasks in the given playbooks.

import { dirname } from 'node:path'
import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import { bindPlays } from '../../run/bindPlays.ts'
import { findPlaybook, loadPlaybook } from '../../userCode/loadPlaybook.ts'
import { inventoryAt } from './hostCandidates.ts'
import type { Cursor } from './parseWords.ts'

/** For --tags: completes the tag after the last comma. */
export async function playbookTags(cursor: Cursor): Promise<string[]> {
  const before = cursor.current.slice(0, cursor.current.lastIndexOf(',') + 1)
  const written = new Set(before.split(','))
  const tags = (await plansAt(cursor)).flatMap(({ play, hosts }) => [
    ...(play.spec.tags ?? []),
    ...hosts.flatMap(({ items }) => items?.flatMap(({ task }) => task.options.tags ?? []) ?? []),
  ])
  return [...new Set(tags)]
    .filter((tag) => !written.has(tag))
    .sort()
    .map((tag) => before + tag)
}

/** For --start-at-task. */
export async function taskTitles(cursor: Cursor): Promise<string[]> {
  const plans = await plansAt(cursor)
  return plans.flatMap(({ hosts }) =>
    hosts.flatMap(({ items }) => items?.map(({ task }) => task.title) ?? []),
  )
}

/** @throws errors of playbooks and inventory */
async function plansAt(cursor: Cursor): Promise<PlayPlan[]> {
  const paths = cursor.operands.map((name) => findPlaybook(name))
  const plays = (await Promise.all(paths.map(loadPlaybook))).flat()
  const inventory = await inventoryAt(cursor, paths[0] && dirname(paths[0]))
  // Includes tasks that run only on request.
  const tags = ['all', 'always', 'never']
  return bindPlays(plays, inventory, { ...cursor.command.opts(), tags, skipTags: [] }, {})
}
