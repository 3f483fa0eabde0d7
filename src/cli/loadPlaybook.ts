// Finds a playbook and takes the plays it exports.

import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PlaybookError } from '../model/error.ts'
import type { Play } from '../model/play.ts'
import { loadModule } from './loadModule.ts'
import { shortPath } from './places.ts'

export type LoadedPlaybook = { readonly path: string; readonly plays: readonly Play[] }

/**
 * Loads a playbook: its default export, a play or an array of plays.
 *
 * @throws PlaybookError E_NO_PLAYBOOK, E_SYNTAX, E_LOAD, E_NO_PLAY
 */
export async function loadPlaybook(name: string, cwd = process.cwd()): Promise<LoadedPlaybook> {
  const path = findPlaybook(name, cwd)
  const module = await loadModule(path)
  const plays = [module.default].flat()
  if (plays.length === 0 || !plays.every(isPlay)) {
    throw new PlaybookError('E_NO_PLAY', `It exports ${describeExport(module)}, not a play.`, {
      where: { file: path, line: 1 },
      hint: 'End it with: export default definePlay({ name, hosts, tasks }), or an array of plays.',
    })
  }
  return { path, plays: plays as Play[] }
}

/** Here, then in playbooks/; `.ts` may be left out. */
function findPlaybook(name: string, cwd: string): string {
  const places = [name, join('playbooks', name)].flatMap((each) => [each, `${each}.ts`])
  const found = places
    .map((place) => resolve(cwd, place))
    .find((path) => existsSync(path) && statSync(path).isFile())
  if (found) return found
  const looked = [name, join('playbooks', name)]
    .map((place) => shortPath(resolve(cwd, place), cwd))
    .join(' and ')
  throw new PlaybookError('E_NO_PLAYBOOK', `No playbook "${name}".`, { hint: `Looked for ${looked}.` })
}

function isPlay(value: unknown): value is Play {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'play'
}

function describeExport(module: Record<string, unknown>): string {
  if (!('default' in module)) {
    const names = Object.keys(module)
    return names.length === 0 ? 'nothing' : `${names.join(', ')} but no default`
  }
  return Array.isArray(module.default) && module.default.length === 0
    ? 'an empty array'
    : `a ${typeof module.default}`
}
