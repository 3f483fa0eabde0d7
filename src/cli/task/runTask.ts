// run-playbook task NAME: any task as a one-off, its parameters from the command line.

import { PlaybookError } from '../../model/errors/error.ts'
import { definePlay, type Play } from '../../model/play.ts'
import type { AnyTaskFunction, Task } from '../../model/task.ts'
import { flushCache } from '../cache/flushCache.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { collectErrors } from '../run/collectErrors.ts'
import { execute } from '../run/execute.ts'
import { expandLimit } from '../run/expandLimit.ts'
import { findTask } from '../userCode/findTask.ts'
import { taskHelp } from './taskHelp.ts'
import { parseTaskParams, splitTaskWords } from './taskParams.ts'

/** Takes the flags of a run out of words, and adds them to those that stood before. */
export type ReadFlags = (words: readonly string[]) => {
  readonly flags: RunFlags
  readonly rest: readonly string[]
}

/**
 * Runs one task on the hosts of `--limit` (all if not given) and gives the exit code. Behind the task's name a flag
 * that is named like one of its parameters is the parameter.
 */
export async function runTask(name: string, words: readonly string[], readFlags: ReadFlags): Promise<number> {
  const task = await findTask(name)
  const { own, others } = splitTaskWords(task, words)
  if (others.includes('--help') || others.includes('-h')) {
    process.stdout.write(taskHelp(task))
    return 0
  }
  const { flags: given, rest } = readFlags(others)
  if (given.flushCache) await flushCache()
  const { attempt, throwIfAny } = collectErrors()
  const limit = await attempt(() => expandLimit(given.limit, []))
  const flags = limit === undefined ? given : { ...given, limit }
  const made = await attempt(() => unplaced(task, parseTaskParams(task, [...own, ...rest])))
  const inventory = await attempt(() => inventoryFromFlags(flags))
  throwIfAny()
  return execute({ plays: [playOf(made!, flags)], playbooks: [`task ${name}`] }, flags, inventory!)
}

/** The task, as written on the command line, which is no file: it has no place, and paths start where we are. */
function unplaced(task: AnyTaskFunction, params: Record<string, unknown>): Task {
  try {
    return { ...task(params), where: () => undefined }
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    throw thrown.with({
      where: undefined,
      hint: `Its parameters: run-playbook task ${task.spec.name} --help`,
    })
  }
}

function playOf(task: Task, { limit }: RunFlags): Play {
  const play = definePlay({ name: task.name, hosts: limit ?? 'all', tasks: () => [task] })
  return { ...play, where: () => undefined }
}
