// Collects what the tasks of plays need of each host, as which user, and what they provide.

import type { HostAccess } from '../engine/plan/hostAccess.ts'
import type { Environment, PlannedTask } from '../engine/plan/plannedTask.ts'
import type { HostPlan } from '../engine/plan/planPlays.ts'
import type { BecomeUser } from '../model/become.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { Provides } from '../model/needs/needs.ts'
import type { Play } from '../model/play.ts'
import type { Task } from '../model/task.ts'
import type { Check } from './checks/check.ts'
import { needChecks } from './checks/needChecks.ts'
import { parseNeeds } from './parseNeeds.ts'

/** Where something stands in the run: the index of its play, and of the task in it; -1 is the play itself. */
type Position = readonly [play: number, task: number]

/** Who needs something, to show. */
export type Needer = { readonly title: string; readonly where: SourceLocation | undefined }

/** A check on a host, with who needs that it succeeds. */
export type NeededCheck = {
  readonly access: HostAccess
  readonly user: BecomeUser | undefined
  readonly check: Check
  readonly environment: Environment
  readonly needer: Needer
  readonly position: Position
  /** false: the task may be skipped, or its failure is ignored. */
  readonly isCertain: boolean
}

export type Provided = Provides & {
  readonly host: string
  readonly needer: Needer
  readonly position: Position
}

export type Collected = { readonly checks: readonly NeededCheck[]; readonly provided: readonly Provided[] }

/** A host of a play, with its tasks. */
export type HostTasks = {
  readonly play: Play
  readonly playIndex: number
  readonly plan: HostPlan
  readonly items: readonly PlannedTask[]
}

/** @throws PlaybookError E_NEEDS where a task or play says it wrongly; E_PLAY where the function of a play throws */
export function collectNeeds(hosts: readonly HostTasks[]): Collected {
  const done = new Set<string>()
  const all = hosts.map((each) => ofHost(each, done))
  return { checks: all.flatMap(({ checks }) => checks), provided: all.flatMap(({ provided }) => provided) }
}

function ofHost({ play, playIndex, plan, items }: HostTasks, done: Set<string>): Collected {
  const checks: NeededCheck[] = []
  const provided: Provided[] = []
  const { spec, where } = play
  const isSelected = items.length > 0 || !(spec.tasks ?? spec.roles ?? spec.preTasks ?? spec.postTasks)
  const ofPlay = isSelected ? parseNeeds(plan.needs(), spec.name, where()).flatMap(needChecks) : []
  const user = plan.userFor({ options: {} })
  const needer = { title: `play ${spec.name}`, where: where() }
  for (const check of ofPlay)
    checks.push({
      access: plan,
      user,
      check,
      environment: spec.environment ?? {},
      needer,
      position: [playIndex, -1],
      isCertain: true,
    })
  for (const item of items) {
    const key = `${playIndex} ${item.key}`
    if (item.task.options.runOnce && done.has(key)) continue
    done.add(key)
    const { host: delegate } = item.target
    const access = delegate === undefined ? plan : plan.other(delegate)
    const position: Position = [playIndex, item.index]
    const handlers = [item.task.options.notify ?? []]
      .flat()
      .filter((each): each is Task => each.kind === 'task')
    const tasks = [
      { task: item.task, user: item.target.user, isCertain: isCertain(item) },
      ...handlers.map((task) => ({ task, user: plan.userFor(task), isCertain: isCertain(item) })),
    ]
    for (const { task, user, isCertain } of tasks) {
      const needer = { title: task.title, where: task.where() }
      for (const check of checksOf(task))
        checks.push({ access, user, check, environment: item.environment, needer, position, isCertain })
      const brings = task.spec.provides?.(task.params)
      if (brings) provided.push({ ...brings, host: access.host.name, needer, position })
    }
  }
  return { checks, provided }
}

function checksOf({ spec, params, title, where }: Task): Check[] {
  const needs = typeof spec.needs === 'function' ? spec.needs(params) : spec.needs
  return needs === undefined ? [] : parseNeeds(needs, title, where()).flatMap(needChecks)
}

function isCertain({ task, conditions, blocks }: PlannedTask): boolean {
  return (
    conditions.length === 0 && !task.options.ignoreErrors && blocks.every(({ part }) => part !== 'rescue')
  )
}

export function isBefore([play, task]: Position, [otherPlay, otherTask]: Position): boolean {
  return play < otherPlay || (play === otherPlay && task < otherTask)
}
