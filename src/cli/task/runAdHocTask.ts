// Runs a single task with parameters from the command line.

import { PlaybookError } from '../../model/errors/error.ts'
import { definePlay, type Play } from '../../model/play.ts'
import type { AnyTaskFunction, Task } from '../../model/task.ts'
import { expandLimit } from '../../run/begin/expandLimit.ts'
import { collectErrors } from '../../run/collectErrors.ts'
import { findTask } from '../../userCode/findTask.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { execute } from '../run/execute.ts'
import { flushCache } from '../run/flushCache.ts'
import { taskHelp } from './taskHelp.ts'
import { parseTaskParams, splitTaskWords } from './taskParams.ts'

/** Reads run flags from words, in addition to those before the task's name. */
type ReadFlags = (words: readonly string[]) => {
  readonly flags: RunFlags
  readonly rest: readonly string[]
}

/**
 * Runs a task on the hosts of `--limit` (default: all) and returns the exit code. After the task's name, a flag with the
 * name of one of its parameters sets the parameter.
 */
export async function runAdHocTask(
  name: string,
  words: readonly string[],
  readFlags: ReadFlags,
): Promise<number> {
  const task = await findTask(name)
  const { own, others } = splitTaskWords(task, words)
  if (others.includes('--help') || others.includes('-h')) {
    process.stdout.write(taskHelp(task))
    return 0
  }
  const { flags: given, rest } = readFlags(others)
  return runOnHosts(`task ${name}`, given, () =>
    withoutLocation(task, parseTaskParams(task, [...own, ...rest])),
  )
}

/** Runs a task on the hosts of `--limit`, all by default; what commands say is shown. */
export async function runOnHosts(title: string, given: RunFlags, make: () => Task): Promise<number> {
  if (given.flushCache) await flushCache()
  const { attempt, throwIfAny } = collectErrors()
  const limit = await attempt(() => expandLimit(given.limit, [], stateFolder()))
  const flags = limit === undefined ? given : { ...given, limit }
  const made = await attempt(make)
  const inventory = await attempt(() => inventoryFromFlags(flags))
  throwIfAny()
  return execute(
    { plays: [playOf(made!, title, flags)], playbooks: [title], hasAnswers: true },
    flags,
    inventory!,
  )
}

/** Makes the task without a source location: paths are relative to the working directory. */
export function withoutLocation(task: AnyTaskFunction, params: Record<string, unknown>): Task {
  try {
    return { ...task(params), where: () => undefined }
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    throw thrown.with({
      where: undefined,
      hint: `List its parameters: run-playbook task ${task.spec.name} --help`,
    })
  }
}

function playOf(task: Task, title: string, { limit }: RunFlags): Play {
  // An ad hoc task is the play, by its own name.
  const play = definePlay({
    name: title.replace(/^task .*/, task.name),
    hosts: limit ?? 'all',
    tasks: () => [task],
  })
  return { ...play, where: () => undefined }
}
