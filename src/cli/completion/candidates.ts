// Finds candidates for completion: commands, flags, files, and names of the inventory.

import type { Command, Option } from 'commander'
import { builtInTasks } from '../../userCode/findTask.ts'
import { completePaths } from './completePaths.ts'
import { hostsAndGroups, patternCandidates, whereCandidates } from './hostCandidates.ts'
import { type Cursor, parseWords } from './parseWords.ts'
import { playbookTags, taskTitles } from './playbookCandidates.ts'

type Candidates = readonly string[] | Promise<readonly string[]>

/**
 * The candidates that start with the last word; some have a description after a tab. Errors (an inventory that does not
 * load) yield none, because nobody wants errors while typing.
 */
export async function complete(program: Command, words: readonly string[]): Promise<string[]> {
  const cursor = parseWords(program, words)
  const all = await Promise.resolve()
    .then(() => candidatesAt(cursor))
    .catch(() => [])
  const matching = all.filter((each) => each.startsWith(cursor.current) && each.split('\t')[0] !== '')
  // A page may have the name of a command.
  const byName = new Map(matching.map((each) => [each.split('\t')[0], each]))
  return [...byName.values()].map((each) => cursor.prefix + each)
}

function candidatesAt(cursor: Cursor): Candidates {
  const { option, command, current } = cursor
  if (option) return option.argChoices ?? valuesOf[option.attributeName()]?.(cursor) ?? completePaths(current)
  if (current.startsWith('-')) return flagsOf(cursor)
  if (command.commands.length > 0 && command.parent) return commandsOf(command)
  return operandsOf[command.name()]?.(cursor) ?? completePaths(current)
}

/** By flag; others complete files. */
const valuesOf: { readonly [flag: string]: (cursor: Cursor) => Candidates } = {
  inventory: ({ current }) =>
    completePaths(current, { folder: 'inventory' }).filter((name) =>
      /\/$|(?:^|\/)[^.]+$|\.(?:ya?ml|ini|json|ts)$/.test(name),
    ),
  limit: patternCandidates,
  listHosts: patternCandidates,
  host: async (cursor) => (await hostsAndGroups(cursor)).hosts,
  graph: async (cursor) => (await hostsAndGroups(cursor)).groups,
  where: whereCandidates,
  schema: ({ current }) => playbooksAt(current),
  verify: ({ current }) => playbooksAt(current),
  tags: playbookTags,
  skipTags: playbookTags,
  startAtTask: taskTitles,
  forks: () => [],
  timeout: () => [],
  user: () => [],
  becomeUser: () => [],
  sshCommonArgs: () => [],
  sshExtraArgs: () => [],
  name: () => [],
  stdinName: () => [],
  last: () => [],
}

/** By command; others complete files. */
const operandsOf: { readonly [command: string]: (cursor: Cursor) => Candidates } = {
  'run-playbook': ({ command, operands, current }) => [
    ...(operands.length === 0 ? commandsOf(command) : []),
    ...playbooksAt(current),
  ],
  task: async (cursor) =>
    cursor.operands.length === 0
      ? [...(await taskNames()), ...completePaths(cursor.current, { ending: '.ts' })]
      : paramValues(cursor),
  test: ({ current }) => playbooksAt(current),
  doctor: ({ current }) => playbooksAt(current),
  docs: ({ operands }) => (operands.length === 0 ? topics() : []),
  help: async ({ command, operands }) =>
    operands.length === 0 ? [...commandsOf(command.parent!), ...(await topics())] : [],
  explain: async ({ operands }) => (operands.length === 0 ? errorCodes() : []),
  init: ({ current }) => completePaths(current).filter((path) => path.endsWith('/')),
  report: async ({ operands }) => (operands.length === 0 ? runNames() : []),
  completion: ({ command }) => command.registeredArguments[0]!.argChoices ?? [],
  facts: async () => (await import('../facts/factNames.ts')).allFactNames(),
  exec: () => [],
  inventory: () => [],
  history: () => [],
  config: () => [],
  'encrypt-string': () => [],
}

async function flagsOf({ command, operands }: Cursor): Promise<string[]> {
  const own = command.name() === 'task' && operands.length > 0 ? await paramsOf(operands[0]!, '--', '') : []
  const flags = [...command.options, ...command.createHelp().visibleOptions(command)].flatMap(flagLine)
  return [...own, ...new Set(flags)]
}

function flagLine({ long, hidden, description }: Option): string[] {
  return long && !hidden ? [`${long}\t${description}`] : []
}

function commandsOf(command: Command): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => `${each.name()}\t${each.description()}`)
}

function playbooksAt(current: string): string[] {
  return completePaths(current, { folder: 'playbooks', ending: '.ts' }).filter(
    (name) => !/^run-playbook\.config\.|\.d\.ts$/.test(name),
  )
}

async function taskNames(): Promise<string[]> {
  return [...(await builtInTasks()).values()].map(({ spec }) => `${spec.name}\t${spec.summary}`)
}

async function paramsOf(name: string, before: string, behind: string): Promise<string[]> {
  const { findTask } = await import('../../userCode/findTask.ts')
  const { paramTexts } = await import('../task/taskHelp.ts')
  const params = paramTexts(await findTask(name))
  return params.map((param) => `${before}${param.name}${behind}\t${param.description.split('\n')[0]}`)
}

/** The values of `state=` or behind `--state`, if they are few; otherwise the parameters. */
async function paramValues({ operands, current, previous }: Cursor): Promise<string[]> {
  const { findTask } = await import('../../userCode/findTask.ts')
  const { paramTexts } = await import('../task/taskHelp.ts')
  const params = paramTexts(await findTask(operands[0]!))
  const [before = '', name = previous.replace(/^--/, '')] = /^(\w+)=/.exec(current) ?? []
  const type = params.find(
    (param) => param.name === name && (before !== '' || previous.startsWith('--')),
  )?.type
  if (type === undefined) return before === '' ? paramsOf(operands[0]!, '', '=') : []
  const values =
    type === 'boolean' ? ['true', 'false'] : [...type.matchAll(/'([^']+)'/g)].map((match) => match[1]!)
  if (values.length > 0) return values.map((value) => before + value)
  return completePaths(current.slice(before.length)).map((path) => before + path)
}

async function topics(): Promise<string[]> {
  const { pages, titleOf } = await import('../docs/pages.ts')
  return [...(await taskNames()), ...pages().map((page) => `${page.name}\t${titleOf(page)}`)]
}

async function errorCodes(): Promise<string[]> {
  const { explanations } = await import('../docs/explain.ts')
  return explanations().map(({ code, cause }) => `${code}\t${cause}`)
}

async function runNames(): Promise<string[]> {
  const { listRuns } = await import('../../journal/history.ts')
  return (await listRuns('.run-playbook')).map(({ id, playbooks }) => `${id}\t${playbooks.join(' ')}`)
}
