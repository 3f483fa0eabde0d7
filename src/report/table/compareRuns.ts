// Compares two runs: tasks, hosts, outcomes and durations.

import type { Column } from './columns.ts'
import type { RunTable } from './runTable.ts'

export type RunComparison = {
  /** Undefined for a run without an end. */
  readonly durationMs: { readonly before?: number; readonly after?: number }
  /** Without handlers, and without what no host came to in one of the runs. */
  readonly tasks: { readonly new: readonly TaskName[]; readonly gone: readonly TaskName[] }
  readonly hosts: {
    readonly new: readonly string[]
    readonly gone: readonly string[]
    /** They failed or were unreachable, and had not been before. */
    readonly failed: readonly string[]
    readonly recovered: readonly string[]
    /** Something was changed on them, and nothing had been before. */
    readonly changed: readonly string[]
    readonly settled: readonly string[]
  }
  /** By what the task took on the host where it took longest; those that grew most first. */
  readonly slower: readonly SlowerTask[]
}

type TaskName = { readonly play: string; readonly title: string }
type SlowerTask = TaskName & { readonly beforeMs: number; readonly afterMs: number }

type Task = TaskName & { readonly column: Column; readonly longestMs: number }
type HostState = { readonly hasFailed: boolean; readonly hasChanged: boolean }

/** A task is slower if it takes a second more, and half as long again. */
const [leastMs, leastFactor] = [1000, 1.5]

export function compareRuns(before: RunTable, after: RunTable): RunComparison {
  const [oldTasks, newTasks] = [tasksOf(before), tasksOf(after)]
  const pairs = pairsOf(oldTasks, newTasks)
  const paired = new Set(pairs.flat())
  const [oldHosts, newHosts] = [hostsOf(before), hostsOf(after)]
  const among = (
    hosts: ReadonlyMap<string, HostState>,
    isChosen: (name: string, state: HostState) => boolean,
  ) => [...hosts].filter(([name, state]) => isChosen(name, state)).map(([name]) => name)
  const both = (isChosen: (old: HostState, now: HostState) => boolean) =>
    among(newHosts, (name, now) => oldHosts.has(name) && isChosen(oldHosts.get(name)!, now))
  return {
    durationMs: { before: before.recap?.durationMs, after: after.recap?.durationMs },
    tasks: {
      new: newTasks.filter((task) => !paired.has(task) && isWhole(before, task)).map(nameOf),
      gone: oldTasks.filter((task) => !paired.has(task) && isWhole(after, task)).map(nameOf),
    },
    hosts: {
      new: among(newHosts, (name) => !oldHosts.has(name)),
      gone: among(oldHosts, (name) => !newHosts.has(name)),
      failed: both((old, now) => now.hasFailed && !old.hasFailed),
      recovered: both((old, now) => old.hasFailed && !now.hasFailed),
      changed: both((old, now) => now.hasChanged && !old.hasChanged),
      settled: both((old, now) => old.hasChanged && !now.hasChanged),
    },
    slower: pairs
      .map(([old, now]) => ({
        ...nameOf(now),
        beforeMs: Math.round(old.longestMs),
        afterMs: Math.round(now.longestMs),
      }))
      .filter(({ beforeMs, afterMs }) => afterMs - beforeMs >= leastMs && afterMs >= beforeMs * leastFactor)
      .sort((one, other) => other.afterMs - other.beforeMs - (one.afterMs - one.beforeMs)),
  }
}

/** Whether there is anything but another duration. */
export function isSame({ tasks, hosts, slower }: RunComparison): boolean {
  return [...Object.values(tasks), ...Object.values(hosts), slower].every((list) => list.length === 0)
}

function nameOf({ play, title }: Task): TaskName {
  return { play, title }
}

function tasksOf({ plays }: RunTable): Task[] {
  return plays.flatMap(({ name, columns, hosts }) => {
    const longest = new Map<Column, number>()
    for (const { entries } of hosts.values())
      for (const { column, event } of entries)
        longest.set(column, Math.max(longest.get(column) ?? 0, event.result.durationMs))
    return columns
      .all()
      .map((column) => ({ play: name, title: column.title, column, longestMs: longest.get(column) ?? 0 }))
  })
}

/** Equal titles first, then equal lines: titles depend on which hosts there are. */
function pairsOf(before: readonly Task[], after: readonly Task[]): [Task, Task][] {
  const pairs: [Task, Task][] = []
  const keys = [
    ({ play, title, column }: Task) => [play, title, column.isHandler].join('\0'),
    ({ play, column: { where, isHandler } }: Task) =>
      where && [play, where.file, where.line, isHandler].join('\0'),
  ]
  const done = new Set<Task>()
  for (const keyOf of keys) {
    const waiting = new Map<string, Task[]>()
    for (const task of before) {
      const key = done.has(task) ? undefined : keyOf(task)
      if (key !== undefined) waiting.set(key, [...(waiting.get(key) ?? []), task])
    }
    for (const task of after) {
      const key = done.has(task) ? undefined : keyOf(task)
      const old = key === undefined ? undefined : waiting.get(key)?.shift()
      if (!old) continue
      pairs.push([old, task])
      done.add(old).add(task)
    }
  }
  return pairs
}

/** Whether the other run would have the task, if it were in the playbook: a host came to the end of its play. */
function isWhole({ plays }: RunTable, { play, column }: Task): boolean {
  if (column.isHandler) return false
  const same = plays.filter(({ name }) => name === play)
  return (
    same.length === 0 || same.some(({ hosts }) => [...hosts.values()].some(({ outcome }) => outcome === 'ok'))
  )
}

function hostsOf({ plays }: RunTable): Map<string, HostState> {
  const states = new Map<string, HostState>()
  for (const { hosts } of plays) {
    for (const [name, { outcome, entries }] of hosts) {
      const known = states.get(name)
      states.set(name, {
        hasFailed: known?.hasFailed || outcome === 'failed' || outcome === 'unreachable',
        hasChanged: known?.hasChanged || entries.some(({ event }) => event.result.status === 'changed'),
      })
    }
  }
  return states
}
