// Before any host is contacted: which hosts, variables and tasks each play has, and everything wrong with them.

import { Faults, PlaybookError, toPlaybookError } from '../model/error.ts'
import type { ConnectionSettings, InventoryHost } from '../model/host.ts'
import type { Play } from '../model/play.ts'
import type { Task } from '../model/task.ts'
import { becomeUser } from './become.ts'
import { type Item, prepareItem } from './item.ts'
import { FactsNeeded, playHost, type Site } from './playHost.ts'
import { selectedTasks, type TagSelection } from './tags.ts'

/** A play with its hosts and their checked variables. */
export type BoundPlay = {
  readonly play: Play
  readonly hosts: readonly InventoryHost[]
  /** By host name, as the play's schema made them. */
  readonly vars: ReadonlyMap<string, unknown>
}

export type HostPlan = {
  readonly host: InventoryHost
  readonly settings: ConnectionSettings
  readonly userOf: (task: Pick<Task, 'options'>) => string | undefined
  /** undefined: its tasks depend on facts that have to be read first. */
  readonly items: readonly Item[] | undefined
  /** Its tasks, given the facts. */
  readonly itemsWith: (facts: Record<string, unknown>) => Promise<readonly Item[]>
}

export type PlayPlan = { readonly play: Play; readonly hosts: readonly HostPlan[] }

export type PlanOptions = {
  readonly site: Site
  readonly settingsOf: (host: InventoryHost) => ConnectionSettings
  /** The host's `ansible_become`, where it has one. */
  readonly becomesByDefault?: (host: InventoryHost) => boolean | undefined
  readonly tags: TagSelection
}

/**
 * The plans of all plays.
 *
 * @throws Faults: every wrong task of every play and host at once
 */
export async function planPlays(plays: readonly BoundPlay[], options: PlanOptions): Promise<PlayPlan[]> {
  const faults = new Map<string, PlaybookError>()
  const plans: PlayPlan[] = []
  for (const bound of plays) {
    const hosts: HostPlan[] = []
    for (const host of bound.hosts) {
      try {
        hosts.push(await planHost(bound, host, options))
      } catch (thrown) {
        for (const fault of thrown instanceof Faults ? thrown.faults : [playFault(thrown, bound.play)]) {
          faults.set(`${fault.code}${fault.message}${JSON.stringify(fault.where)}`, fault)
        }
      }
    }
    plans.push({ play: bound.play, hosts })
  }
  if (faults.size > 0) throw new Faults([...faults.values()])
  return plans
}

async function planHost(
  { play, vars }: BoundPlay,
  host: InventoryHost,
  options: PlanOptions,
): Promise<HostPlan> {
  const { spec } = play
  const settings = options.settingsOf(host)
  const isBecoming = options.becomesByDefault?.(host)
  const userOf = (task: Pick<Task, 'options'>) => becomeUser(task, spec, settings, isBecoming)
  const itemsOf = (facts: Record<string, unknown> | undefined): Promise<Item[]> => {
    const list = spec.tasks(playHost(host, vars.get(host.name), facts, options.site))
    const tasks = selectedTasks(list, spec.tags ?? [], options.tags)
    return Promise.all(
      tasks.map((task, index) => prepareItem(task, { index, isHandler: false, as: userOf(task) })),
    )
  }
  return { host, settings, userOf, items: await withoutFacts(itemsOf), itemsWith: itemsOf }
}

async function withoutFacts(
  itemsOf: (facts: undefined) => Promise<readonly Item[]>,
): Promise<readonly Item[] | undefined> {
  try {
    return await itemsOf(undefined)
  } catch (thrown) {
    if (thrown instanceof FactsNeeded) return undefined
    throw thrown
  }
}

function playFault(thrown: unknown, play: Play): PlaybookError {
  if (thrown instanceof PlaybookError) return thrown
  const error = toPlaybookError(thrown)
  return new PlaybookError('E_PLAY', `${play.spec.name}: its tasks could not be made: ${error.message}`, {
    where: thrownAt(thrown) ?? play.where(),
    cause: thrown,
  })
}

function thrownAt(thrown: unknown): { file: string; line: number; column: number } | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const match = /\(?((?:file:\/\/)?\/[^()\s]+?):(\d+):(\d+)\)?/.exec(stack)
  if (!match) return undefined
  return { file: match[1]!.replace(/^file:\/\//, ''), line: Number(match[2]), column: Number(match[3]) }
}
