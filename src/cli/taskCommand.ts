// run-playbook task NAME: any task as a one-off, its parameters from the command line.

import { resolve } from 'node:path'
import { nearest } from '../inventory/suggest.ts'
import { PlaybookError } from '../model/error.ts'
import { definePlay } from '../model/play.ts'
import type { AnyTaskFunction } from '../model/task.ts'
import { execute, inventoryOf } from './execute.ts'
import type { RunFlags } from './flags.ts'
import { loadModule } from './loadModule.ts'
import { taskHelp } from './taskHelp.ts'
import { readTaskParams } from './taskParams.ts'

/** Runs one task on the hosts of `--limit` (all if not given) and gives the exit code. */
export async function runTaskCommand(
  name: string,
  words: readonly string[],
  flags: RunFlags,
): Promise<number> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(
      'Usage: run-playbook task NAME [--param value | key=value …] -i INVENTORY -l PATTERN\n\nTasks: run-playbook docs\n',
    )
    return 0
  }
  const task = await findTask(name)
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(taskHelp(task))
    return 0
  }
  const params = readTaskParams(task, words)
  const play = definePlay({ name: task.spec.name, hosts: flags.limit ?? 'all', tasks: () => [task(params)] })
  const inventory = await inventoryOf(flags)
  return execute({ plays: [play], playbooks: [`task ${name}`] }, flags, inventory)
}

/** A task by its name, or from a file that exports it. @throws PlaybookError E_UNKNOWN_TASK, E_NO_TASK */
export async function findTask(name: string): Promise<AnyTaskFunction> {
  if (/[/\\]|\.[cm]?[jt]s$/.test(name)) return taskOfFile(name)
  const tasks = await builtInTasks()
  const found = tasks.get(name)
  if (found) return found
  const near = nearest(name, tasks.keys())
  throw new PlaybookError('E_UNKNOWN_TASK', `No task "${name}".`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}List them: run-playbook docs`,
  })
}

/** All tasks that come with run-playbook, by name. */
export async function builtInTasks(): Promise<Map<string, AnyTaskFunction>> {
  const tasks = Object.values(await import('../../tasks/index.ts')).filter(isTask)
  return new Map(tasks.map((task) => [task.spec.name, task]))
}

async function taskOfFile(name: string): Promise<AnyTaskFunction> {
  const [file = '', wanted] = name.split('#')
  const exported = await loadModule(resolve(file))
  const tasks = Object.values(exported).filter(isTask)
  const chosen = wanted === undefined ? tasks : tasks.filter((task) => task.spec.name === wanted)
  if (chosen.length === 1) return chosen[0]!
  if (wanted === undefined && isTask(exported.default)) return exported.default
  const names = tasks.map((task) => task.spec.name).join(', ')
  throw new PlaybookError('E_NO_TASK', `${file} exports ${names ? `the tasks ${names}` : 'no task'}.`, {
    hint: names
      ? `Name one: ${file}#${tasks[0]!.spec.name}`
      : 'End it with: export default defineTask({ … })',
  })
}

function isTask(value: unknown): value is AnyTaskFunction {
  return (
    typeof value === 'function' && typeof (value as { spec?: { plan?: unknown } }).spec?.plan === 'function'
  )
}
