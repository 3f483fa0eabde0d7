// Expands @failed and @unreachable of --limit to hosts of the last run.

import { existsSync } from 'node:fs'
import { splitPattern } from '../../inventory/pattern.ts'
import { type HostProgress, progressOf } from '../../journal/progress.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { lastPlaybookRun } from './lastPlaybookRun.ts'

type LimitKeyword = '@failed' | '@unreachable'

/** Which ends of a host's play each keyword selects. */
const matches: { readonly [W in LimitKeyword]: (end: HostProgress['end']) => boolean } = {
  '@failed': (end) => end !== 'done',
  '@unreachable': (end) => end === 'unreachable',
}

/**
 * Replaces `@failed` (failed, unreachable or unfinished) and `@unreachable` in a limit by hosts of the last run of these
 * playbooks that the folder has recorded, of any playbook if none is given. A file of that name takes precedence, as in Ansible.
 *
 * @throws PlaybookError E_NO_RUN, E_LIMIT_EMPTY
 */
export async function expandLimit<L extends string | undefined>(
  limit: L,
  playbooks: readonly string[],
  stateFolder: string | undefined,
): Promise<L> {
  const parts = limit === undefined ? [] : splitPattern(limit)
  if (!parts.some(isKeyword)) return limit
  const hosts = await Promise.all(
    parts.map((part) => (isKeyword(part) ? hostsOf(part, playbooks, stateFolder) : [part])),
  )
  return hosts.flat().join(',') as L
}

function isKeyword(part: string): part is LimitKeyword {
  return Object.hasOwn(matches, part) && !existsSync(part.slice(1))
}

async function hostsOf(
  keyword: LimitKeyword,
  playbooks: readonly string[],
  stateFolder: string | undefined,
): Promise<string[]> {
  if (stateFolder === undefined)
    throw new PlaybookError('E_NO_RUN', `--limit ${keyword}: earlier runs are not known.`, {
      hint: 'Give stateFolder, the folder in which they were recorded.',
    })
  const run = await lastPlaybookRun(playbooks, stateFolder)
  const of = playbooks.length === 0 ? '' : ` of ${playbooks.join(' ')}`
  if (!run) throw new PlaybookError('E_NO_RUN', `--limit ${keyword}: no earlier run${of} in this directory.`)
  const progress = progressOf(run.events.map(({ event }) => event))
  const hosts = progress.flatMap((play) =>
    [...play.hosts].filter(([, { end }]) => matches[keyword](end)).map(([name]) => name),
  )
  if (hosts.length > 0) return [...new Set(hosts)]
  const what = keyword === '@failed' ? 'every host finished' : 'every host was reached'
  throw new PlaybookError(
    'E_LIMIT_EMPTY',
    `--limit ${keyword} matches no host: ${what} in the last run${of}.`,
  )
}
