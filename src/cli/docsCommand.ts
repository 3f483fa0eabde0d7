// run-playbook docs: the reference of the tasks, from their schemas.

import type { AnyTaskFunction } from '../model/task.ts'
import { builtInTasks, findTask } from './findTask.ts'
import { paramTexts, taskHelp } from './taskHelp.ts'

/** Writes the list of tasks, one task's parameters, or the whole reference. */
export async function docsCommand(
  name: string | undefined,
  { markdown }: { markdown?: boolean },
): Promise<number> {
  const tasks = name === undefined ? [...(await builtInTasks()).values()] : [await findTask(name)]
  if (markdown) process.stdout.write(reference(tasks))
  else if (name === undefined) process.stdout.write(listing(tasks))
  else process.stdout.write(taskHelp(tasks[0]!))
  return 0
}

function listing(tasks: readonly AnyTaskFunction[]): string {
  const width = Math.max(...tasks.map(({ spec }) => spec.name.length))
  return tasks.map(({ spec }) => `${spec.name.padEnd(width)}  ${spec.summary}\n`).join('')
}

/** The reference as Markdown: a section a task, a row a parameter. */
export function reference(tasks: readonly AnyTaskFunction[]): string {
  const sections = tasks.map((task) => {
    const rows = paramTexts(task).map(({ name, type, isRequired, description, default: value }) => {
      const fallback = isRequired ? 'required' : value === undefined ? '' : `\`${value}\``
      return `| \`${name}\` | ${cell(type)} | ${fallback} | ${cell(description)} |`
    })
    const table =
      rows.length === 0 ? [] : ['| parameter | type | default | |', '| --- | --- | --- | --- |', ...rows]
    return [`## ${task.spec.name}`, '', task.spec.summary, '', ...table, ''].join('\n')
  })
  return `# Tasks\n\nGenerated from the tasks' schemas by \`run-playbook docs --markdown\`.\n\n${sections.join('\n')}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
