// Prints documentation: the reference of the tasks, pages, keywords, types.

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import type { AnyTaskFunction } from '../../model/task.ts'
import {
  builtInTasks,
  findTask,
  isTaskFile,
  taskFile,
  taskModules,
  tasksForModule,
} from '../../userCode/findTask.ts'
import { paramLines, paramTexts } from '../task/taskHelp.ts'
import { findDeclaration } from './declarations.ts'
import { type Docstring, parseDocstring } from './docstring.ts'
import { explain } from './explain.ts'
import { needsText } from './needsText.ts'
import { findKeyword, findPage, pages, searchPages, titleOf } from './pages.ts'

/**
 * Prints the list of tasks and pages, what a name stands for, or where its words are found.
 *
 * @throws PlaybookError E_UNKNOWN_TASK where the pages do not have the words, errors of loading a file
 */
export async function showDocs(
  name: string | undefined,
  { markdown }: { markdown?: boolean },
): Promise<number> {
  process.stdout.write(name === undefined ? await wholeText(markdown) : await topicText(name, markdown))
  return 0
}

async function topicText(name: string, markdown: boolean | undefined): Promise<string> {
  if (/^E_\w+$/.test(name)) return explain(name)
  if (name.endsWith('.md')) return findPage(name) ?? taskPage(name, markdown)
  if (!isTaskFile(name)) {
    const ours = (await builtInTasks()).has(name) ? [] : await tasksForModule(name)
    if (ours.length > 0) return ansiblePages(name, ours, markdown)
  }
  try {
    return await taskPage(name, markdown)
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError) || thrown.code !== 'E_UNKNOWN_TASK') throw thrown
    const found = findKeyword(name) ?? findPage(name) ?? findDeclaration(name) ?? foundText(name)
    if (found === undefined) throw thrown
    return found
  }
}

async function ansiblePages(
  module: string,
  tasks: readonly AnyTaskFunction[],
  markdown: boolean | undefined,
): Promise<string> {
  const names = tasks.map(({ spec }) => spec.name)
  const texts = await Promise.all(names.map((each) => taskPage(each, markdown)))
  return [`Ansible's module ${module} is called ${names.join(', ')} here.\n`, ...texts].join('\n')
}

/** Where the pages have the words. One section is shown whole. */
function foundText(words: string): string | undefined {
  const sections = searchPages(words)
  if (sections.length === 0) return undefined
  if (sections.length === 1) return `${sections[0]!.page}\n\n${sections[0]!.text.trim()}\n`
  const lines = sections.slice(0, 20).map(({ page, heading }) => `  ${page.padEnd(16)}  ${heading}\n`)
  const more = sections.length > 20 ? `  … and ${sections.length - 20} more\n` : ''
  return `"${words}" is in these pages; run-playbook docs PAGE shows one:\n${lines.join('')}${more}`
}

/** The reference of all tasks: the content of docs/tasks.md. */
export async function reference(): Promise<string> {
  const modules = await taskModules()
  const contents = modules.flatMap(({ name, tasks }) => [
    `From \`${name}\`:`,
    '',
    ...tasks.map(({ spec }) => `- [${spec.name}](#${spec.name.toLowerCase()}): ${spec.summary}`),
    '',
  ])
  const sections = modules
    .flatMap(({ tasks }) => tasks)
    .map((task) => markdownSection(task, builtInText(task)))
  return [
    '# Tasks',
    '',
    'Generated from the tasks by `run-playbook docs --markdown`. [plays.md](plays.md) describes the options that every',
    'task accepts as its second argument (`become`, `notify`, `tags`, `when`, `retry`, `delegateTo`, …).',
    '',
    ...contents,
    ...sections,
  ].join('\n')
}

async function wholeText(markdown: boolean | undefined): Promise<string> {
  if (markdown) return reference()
  const tasks = [...(await builtInTasks()).values()]
  const width = Math.max(...tasks.map(({ spec }) => spec.name.length))
  const own = tasks.map(({ spec }) => `${spec.name.padEnd(width)}  ${spec.summary}\n`)
  const others = pages().map((page) => `${page.name.padEnd(width)}  ${titleOf(page)}\n`)
  return [...own, '\nPages:\n', ...others].join('')
}

async function taskPage(name: string, markdown: boolean | undefined): Promise<string> {
  const task = await findTask(name)
  const text = isTaskFile(name) ? textIn(taskFile(name), task) : builtInText(task)
  return markdown ? markdownSection(task, text) : terminalPage(task, text)
}

function terminalPage(task: AnyTaskFunction, { prose, examples }: Docstring): string {
  const lines = [task.spec.name, '', prose || task.spec.summary]
  for (const example of examples) lines.push('', ...example.split('\n').map((line) => `    ${line}`))
  const needs = needsText(task)
  const needed = needs === '' ? [] : ['', `It needs on the host: ${needs}.`]
  return `${[...lines, ...needed, '', ...paramLines(task)].join('\n')}\n`
}

function markdownSection(task: AnyTaskFunction, { prose, examples }: Docstring): string {
  const rows = paramTexts(task).map(({ name, type, isRequired, description, default: value }) => {
    const fallback = isRequired ? '**required**' : value === undefined ? '' : code(value)
    return `| \`${name}\` | ${code(type)} | ${fallback} | ${description.replaceAll('|', '\\|')} |`
  })
  const table =
    rows.length === 0 ? [] : ['| parameter | type | default | |', '| --- | --- | --- | --- |', ...rows, '']
  const blocks = examples.flatMap((example) => ['```ts', example, '```', ''])
  const needs = needsText(task)
  const needed = needs === '' ? [] : [`Needs on the host ([doctor](doctor.md)): ${needs}.`, '']
  return [`## ${task.spec.name}`, '', prose || task.spec.summary, '', ...needed, ...blocks, ...table].join(
    '\n',
  )
}

/** Escapes bars, which would end a table cell even in code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/** The docstring of a built-in task, from the file that has its name. */
function builtInText(task: AnyTaskFunction): Docstring {
  const folder = dirname(createRequire(import.meta.url).resolve('run-playbook/tasks'))
  const names = readdirSync(folder, { encoding: 'utf8', recursive: true })
  const file = names.find((name) => basename(name) === `${task.spec.name}.js`)
  return file === undefined ? noText : textIn(join(folder, file), task)
}

const noText: Docstring = { prose: '', examples: [] }

function textIn(file: string, { spec }: AnyTaskFunction): Docstring {
  try {
    return parseDocstring(readFileSync(file, 'utf8'), spec.name)
  } catch {
    return noText
  }
}
