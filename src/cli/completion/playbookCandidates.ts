// Tags and titles of the tasks that the playbooks on the line have for the hosts of the inventory.

import { dirname } from 'node:path'
import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import { bindPlays } from '../run/bindPlays.ts'
import { findPlaybook, loadPlaybook } from '../userCode/loadPlaybook.ts'
import { inventoryAt } from './hostCandidates.ts'
import type { Cursor } from './parseWords.ts'

/** For --tags: the tag behind the last comma, with what stands before it. */
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

/** @throws what is wrong with playbooks and inventory */
async function plansAt(cursor: Cursor): Promise<PlayPlan[]> {
  const paths = cursor.operands.map((name) => findPlaybook(name))
  const plays = (await Promise.all(paths.map(loadPlaybook))).flat()
  const inventory = await inventoryAt(cursor, paths[0] && dirname(paths[0]))
  // Tasks that never run unless they are asked for are asked for here.
  const tags = ['all', 'always', 'never']
  return bindPlays(plays, inventory, { ...cursor.command.opts(), tags, skipTags: [] }, {})
}
