// Reports variables that hosts lack, once for each group if all its hosts do.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { HostGroup, LoadedHost } from './hostVars.ts'

/** The play or role as error messages name it; `folders`: those of a role, where the lookup `file` searches. */
export type PlayReference = {
  readonly name: string
  readonly where?: SourceLocation
  readonly folders?: readonly string[] | undefined
}

/** One error for each group whose hosts all lack the variable, then one for each host left. */
export function missingErrors(
  name: string,
  without: readonly LoadedHost[],
  hosts: readonly LoadedHost[],
  play: PlayReference,
): PlaybookError[] {
  const needs = play.where ? `${play.name} (${play.where.file}:${play.where.line})` : play.name
  const errorFor = (who: string, where: SourceLocation | undefined, siblings: Iterable<string>) => {
    const message = `${who}: ${name} is missing; ${needs} needs it`
    return new PlaybookError('E_MISSING_VAR', message, { where, hint: didYouMean(name, siblings) })
  }
  const { groups, rest } = coveringGroups(without, hosts)
  const known = Object.keys(without[0]!.vars)
  return [
    ...groups.map((group) => errorFor(group.name, group.where, known)),
    ...rest.map((host) => errorFor(host.name, host.declaredAt, Object.keys(host.vars))),
  ]
}

/** One error for a variable that several plays lack: `port is missing; Web (web.ts:3) and Api (api.ts:4) need it`. */
export function mergeMissing(errors: readonly PlaybookError[]): PlaybookError[] {
  const merged = new Map<string, { readonly error: PlaybookError; readonly plays: string[] }>()
  for (const error of errors) {
    const [, what, play] = /^(.* is missing; )(.*) needs it$/s.exec(error.message) ?? []
    const isMissing = error.code === 'E_MISSING_VAR' && play !== undefined
    const key = JSON.stringify([error.code, error.where, isMissing ? what : error.message])
    const known = merged.get(key)
    if (isMissing && known) known.plays.push(play)
    else merged.set(key, { error, plays: isMissing ? [play] : [] })
  }
  return [...merged.values()].map(({ error, plays }) => {
    if (plays.length < 2) return error
    const names = `${plays.slice(0, -1).join(', ')} and ${plays.at(-1)}`
    return error.with({ message: error.message.replace(/; .* needs it$/s, () => `; ${names} need it`) })
  })
}

/** The fewest groups whose hosts in the play all lack the variable, and the hosts in none of them. */
function coveringGroups(
  without: readonly LoadedHost[],
  hosts: readonly LoadedHost[],
): { readonly groups: HostGroup[]; readonly rest: LoadedHost[] } {
  const names = new Set(without.map((host) => host.name))
  const inPlay = hosts.map((host) => host.name)
  const candidates = new Map(without.flatMap((host) => host.memberOf).map((group) => [group.name, group]))
  const whole = [...candidates.values()].filter((group) =>
    inPlay.filter((name) => group.members.has(name)).every((name) => names.has(name)),
  )
  const groups: HostGroup[] = []
  const left = new Set(names)
  for (;;) {
    const gain = (group: HostGroup) => [...left].filter((name) => group.members.has(name)).length
    const best = whole.reduce<HostGroup | undefined>(
      (a, b) => (a && !isBetter(b, a, gain) ? a : b),
      undefined,
    )
    if (!best || gain(best) < (hosts.length === 1 ? 1 : 2)) break
    groups.push(best)
    for (const name of best.members) left.delete(name)
  }
  return { groups, rest: without.filter((host) => left.has(host.name)) }
}

/** More hosts first; then the smaller group, then the deeper one. */
function isBetter(a: HostGroup, b: HostGroup, gain: (group: HostGroup) => number): boolean {
  if (gain(a) !== gain(b)) return gain(a) > gain(b)
  return a.members.size <= b.members.size
}
