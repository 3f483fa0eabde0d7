// Finds a task by name, or in a file that exports it.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { distrustReason } from '../files/trust.ts'
import { PlaybookError } from '../model/errors/error.ts'
import { nearest } from '../model/errors/suggest.ts'
import type { AnyTaskFunction } from '../model/task.ts'
import { findPackage, loadModule } from './loadModule.ts'

/**
 * Takes `copyFile`, `./my.ts`, or `./my.ts#name` if the file exports several tasks; of a package `my-package#name`, or
 * `my-package/tasks#name`.
 *
 * @throws PlaybookError E_UNKNOWN_TASK with a suggestion, or with what a module of Ansible is called here, E_NO_TASK, and errors of loading the file
 */
export async function findTask(name: string): Promise<AnyTaskFunction> {
  if (isTaskFile(name)) return taskOfFile(name)
  const tasks = await builtInTasks()
  const found = tasks.get(name) ?? (await deprecatedTasks()).get(name)
  if (found) return found
  const ours = await tasksForModule(name)
  if (ours.length > 0) throw ansibleModule(name, ours)
  const near = nearest(name, tasks.keys())
  throw new PlaybookError('E_UNKNOWN_TASK', `No task "${name}".`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}List them: run-playbook docs`,
  })
}

/** The tasks that do what a module of Ansible does: `lineinfile`, `ansible.builtin.copy`. */
export async function tasksForModule(name: string): Promise<AnyTaskFunction[]> {
  const module = name.replace(/^.*\./, '')
  return [...(await builtInTasks()).values()].filter(({ spec }) => spec.ansible?.modules.includes(module))
}

function ansibleModule(name: string, tasks: readonly AnyTaskFunction[]): PlaybookError {
  const names = tasks.map(({ spec }) => spec.name).join(', ')
  return new PlaybookError('E_UNKNOWN_TASK', `No task "${name}".`, {
    hint: `Ansible's module ${name} is called ${names} here: run-playbook docs ${tasks[0]!.spec.name}`,
  })
}

/** Whether a name is the path of a file that exports a task, or the name of a package with one. */
export function isTaskFile(name: string): boolean {
  return /[/\\#]|\.[cm]?[jt]s$/.test(name)
}

/** All tasks that come with run-playbook, by name, without deprecated names. */
export async function builtInTasks(): Promise<Map<string, AnyTaskFunction>> {
  return new Map((await taskModules()).flatMap(({ tasks }) => tasks.map((task) => [task.spec.name, task])))
}

/** The modules that export the tasks: `run-playbook/tasks`, and one for each server. */
export async function taskModules(): Promise<{ name: string; tasks: AnyTaskFunction[] }[]> {
  const deprecated = await deprecatedTasks()
  const general = tasksIn(await import('../../tasks/index.ts'))
  return [
    { name: 'run-playbook/tasks', tasks: general.filter(({ spec }) => !deprecated.has(spec.name)) },
    { name: 'run-playbook/tasks/httpd', tasks: tasksIn(await import('../../tasks/httpd/index.ts')) },
    { name: 'run-playbook/tasks/tomcat', tasks: tasksIn(await import('../../tasks/tomcat/index.ts')) },
  ]
}

/** Tasks that `run-playbook/tasks` still exports under an old name or for an old module. */
async function deprecatedTasks(): Promise<Map<string, AnyTaskFunction>> {
  const tasks = tasksIn(await import('../../tasks/deprecated.ts'))
  return new Map(tasks.map((task) => [task.spec.name, task]))
}

function tasksIn(module: object): AnyTaskFunction[] {
  return Object.values(module).filter(isTask)
}

async function taskOfFile(name: string): Promise<AnyTaskFunction> {
  const [file = '', requested] = name.split('#')
  const exported = await loadModule(taskFile(name))
  const tasks = [...new Set(Object.values(exported).filter(isTask))]
  const chosen = requested === undefined ? tasks : tasks.filter((task) => task.spec.name === requested)
  if (chosen.length === 1) return chosen[0]!
  if (requested === undefined && isTask(exported.default)) return exported.default
  throw noTask(file, tasks, requested)
}

/** The file of `./my.ts#name`, or the module of `my-package/tasks#name`. @throws PlaybookError E_NO_FILE */
export function taskFile(task: string): string {
  const [name = ''] = task.split('#')
  if (/^[./\\]|\.[cm]?[jt]s$/.test(name) || existsSync(name)) return resolve(name)
  const found = findPackage(name, process.cwd())
  if (found !== undefined) return trusted(found, name)
  throw new PlaybookError('E_NO_FILE', `${name} is neither a file nor in an installed package.`, {
    hint: `Install the package here: npm install ${/^@[^/]+\/[^/]+|^[^/]+/.exec(name)?.[0]}`,
  })
}

/** It is found in folders above too, where somebody else may have put it. */
function trusted(file: string, name: string): string {
  const reason = distrustReason(file, { isGroupTrusted: true, isCallerTrusted: true })
  if (reason === undefined) return file
  throw new PlaybookError('E_NO_FILE', `The package of ${name} is not loaded: ${reason}.`, {
    hint: `If you trust it, give its file: ${file}`,
  })
}

function noTask(
  file: string,
  tasks: readonly AnyTaskFunction[],
  requested: string | undefined,
): PlaybookError {
  const names = tasks.map((task) => task.spec.name)
  if (names.length === 0) {
    return new PlaybookError('E_NO_TASK', `${file} exports no task.`, {
      hint: 'Export one: export default defineTask({ … })',
    })
  }
  const message =
    requested === undefined
      ? `${file} exports several tasks: ${names.join(', ')}.`
      : `${file} exports no task ${requested}, only ${names.join(', ')}.`
  return new PlaybookError('E_NO_TASK', message, { hint: `Choose one: ${file}#${names[0]}` })
}

function isTask(value: unknown): value is AnyTaskFunction {
  return (
    typeof value === 'function' && typeof (value as { spec?: { plan?: unknown } }).spec?.plan === 'function'
  )
}
