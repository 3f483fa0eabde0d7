// Finds a playbook and loads the plays that it exports.

import { existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { droppedOnLoad } from '../model/droppedError.ts'
import { recordLoad } from '../model/errors/createdItems.ts'
import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
import { nearest } from '../model/errors/suggest.ts'
import type { Play } from '../model/play.ts'
import { loadModule } from './loadModule.ts'
import { filesIn, nearestFile } from './nearestFile.ts'
import { shortPath } from './shortPath.ts'

/** The commands, as listed by --help: a mistyped one is taken for a playbook. */
export const commandNames = [
  'init',
  'task',
  'exec',
  'test',
  'doctor',
  'facts',
  'docs',
  'explain',
  'inventory',
  'vault',
  'config',
  'history',
  'report',
  'completion',
] as const

/**
 * Returns the plays of a playbook: its default export, a play or an array of plays.
 *
 * @throws PlaybookError E_NO_PLAY; AggregatePlaybookError with E_DROPPED_TASK for tasks that are made outside of plays and
 * thrown away
 */
export async function loadPlaybook(path: string): Promise<readonly Play[]> {
  const { result: module, created } = await recordLoad(() => loadModule(path))
  const dropped = droppedOnLoad(created)
  if (dropped.length > 0) throw new AggregatePlaybookError(dropped)
  const plays = [module.default].flat()
  if (plays.length > 0 && plays.every(isPlay)) return plays as Play[]
  throw new PlaybookError(
    'E_NO_PLAY',
    `Expected a play as default export, found ${describeExport(module)}.`,
    {
      where: { file: path, line: 1 },
      hint: 'Export one: export default definePlay({ name, hosts, tasks }), or an array of plays.',
    },
  )
}

/**
 * Returns the file of a playbook, searched here and in playbooks/; `.ts` may be omitted.
 *
 * @throws PlaybookError E_NO_PLAYBOOK with a suggestion
 */
export function findPlaybook(name: string, cwd = process.cwd()): string {
  const candidates = [name, join('playbooks', name)].flatMap((each) => [each, `${each}.ts`])
  const found = candidates
    .map((place) => resolve(cwd, place))
    .find((path) => existsSync(path) && statSync(path).isFile())
  if (found) return found
  const searched = [name, join('playbooks', name)].map((place) => shortPath(resolve(cwd, place), cwd))
  throw new PlaybookError('E_NO_PLAYBOOK', `No playbook "${name}".`, {
    details: [`Looked for ${searched.join(' and ')}.`],
    hint: suggestion(name, cwd),
  })
}

function suggestion(name: string, cwd: string): string {
  const folders = [cwd, join(cwd, 'playbooks')]
  const near = nearestFile(`${basename(name).replace(/\.ts$/, '')}.ts`, folders, cwd)
  const available = filesIn(join(cwd, 'playbooks')).filter((file) => file.name.endsWith('.ts'))
  if (near) return near
  if (Object.hasOwn(otherWords, name)) return otherWords[name]!
  const command = nearest(name, commandNames)
  if (command) return `Did you mean the command ${command}? run-playbook ${command} --help`
  if (available.length > 0) return `Available in playbooks/: ${available.map((file) => file.name).join(', ')}`
  return 'A playbook is a TypeScript file that exports a play. To run a single task: run-playbook task NAME'
}

/** Commands of other tools, and what to type here. */
const otherWords: { readonly [word: string]: string } = {
  apply: 'A run applies: run-playbook site.ts -i inventory.yaml',
  run: 'A run needs no word: run-playbook site.ts -i inventory.yaml',
  plan: 'A dry run is the plan: run-playbook site.ts -i inventory.yaml --check --diff',
  lint: 'Checks without a host: run-playbook site.ts -i inventory.yaml --syntax-check, and npx tsc --noEmit',
  ping: 'run-playbook exec -i inventory.yaml -- true',
  adhoc: 'run-playbook task NAME -i inventory.yaml, or run-playbook exec',
  setup: 'run-playbook facts -i inventory.yaml',
  doc: 'run-playbook docs NAME',
  galaxy: 'Roles and tasks are npm packages: npm install NAME. See run-playbook docs roles',
  new: 'run-playbook init DIRECTORY',
  create: 'run-playbook init DIRECTORY',
}

function isPlay(value: unknown): value is Play {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'play'
}

function describeExport(module: Record<string, unknown>): string {
  if (!('default' in module)) {
    const names = Object.keys(module)
    return names.length === 0
      ? 'no export'
      : `only the named ${names.length === 1 ? 'export' : 'exports'} ${names.join(', ')}`
  }
  const { default: value } = module
  if (!Array.isArray(value)) return describeValue(value)
  if (value.length === 0) return 'an empty array'
  return `an array that contains ${describeValue(value.find((each) => !isPlay(each)))}`
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  const { kind, title } = value as { kind?: unknown; title?: unknown }
  if (kind === 'task') return `a task (${title})`
  if (value instanceof Promise) return 'a promise'
  return /^[aeiou]/.test(typeof value) ? `an ${typeof value}` : `a ${typeof value}`
}
