// Checks the variables of a play's hosts against the play's schema, before any host is touched.

import type { z } from 'zod'
import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { formatPath, issueText } from '../../model/task.ts'
import { findJinjaInNode, jinjaError } from '../parsing/jinja.ts'
import { nodeAt } from '../parsing/sourceNode.ts'
import type { HostGroup, LoadedHost } from './hostVars.ts'

/** The play as faults name it. */
export type PlayReference = { readonly name: string; readonly where?: SourceLocation }

const secretHint = 'It comes from a vault: let the schema take z.instanceof(Secret).'
const plainHint = 'Encrypt it: run-playbook vault encrypt-string'

/** What is wrong with one host's variables. */
type Finding = {
  readonly host: LoadedHost
  readonly path: readonly PropertyKey[]
  readonly code: 'E_VARS' | 'E_JINJA'
  readonly text: string
}

/**
 * Checks each host's variables against a play's schema and gives them back as the schema made them (typed, with
 * defaults). Variables that the schema does not name are left out: Ansible's are shared by all plays. Without a
 * schema the variables come back as they are, but reading one that holds Jinja throws E_JINJA.
 *
 * @throws Faults with everything that is wrong on any host: E_VARS, E_MISSING_VAR, E_JINJA, each with file, line and
 * column. What one line does to many hosts is said once, for the group in which it stands; a variable that all
 * hosts of a group lack is said once, at the group's variables.
 * @example checkVars(z.object({ tomcat_version: z.string() }), inventory.select('was'), { name: 'WAS' })
 */
export function validateVars<T extends z.ZodType>(
  schema: T | undefined,
  hosts: readonly LoadedHost[],
  play: PlayReference,
): Map<LoadedHost, z.output<T>> {
  const parsed = new Map<LoadedHost, z.output<T>>()
  const findings: Finding[] = []
  const missing = new Map<string, LoadedHost[]>()
  const looseSchema = schema && withoutStrictness(schema)
  for (const host of hosts) {
    const result = looseSchema?.safeParse(host.vars)
    if (!result) parsed.set(host, withJinjaGuards(host) as z.output<T>)
    else if (result.success) parsed.set(host, result.data as z.output<T>)
    const jinja = jinjaFindings(host, looseSchema)
    findings.push(...jinja)
    const isJinja = (name: PropertyKey | undefined) => jinja.some(({ path }) => path[0] === name)
    for (const issue of result?.error?.issues ?? [])
      if (!isJinja(issue.path[0])) addIssue(issue, host, findings, missing)
  }
  const errors = [
    ...valueErrors(findings, hosts),
    ...[...missing].flatMap(([name, without]) => missingErrors(name, without, hosts, play)),
  ]
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
  return parsed
}

/** A strict object would refuse other plays' variables. */
function withoutStrictness(schema: z.ZodType): z.ZodType {
  const object = schema as Partial<z.ZodObject>
  const isStrict = object.def?.catchall?._zod.def.type === 'never'
  return isStrict && object.strip ? object.strip() : schema
}

function addIssue(
  issue: z.core.$ZodIssue,
  host: LoadedHost,
  findings: Finding[],
  missing: Map<string, LoadedHost[]>,
): void {
  const [name] = issue.path
  if (issue.path.length === 1 && host.vars[String(name)] === undefined && issue.code !== 'custom') {
    const known = missing.get(String(name))
    if (known) known.push(host)
    else missing.set(String(name), [host])
    return
  }
  findings.push({ host, path: issue.path, code: 'E_VARS', text: textOf(issue, host) })
}

function textOf(issue: z.core.$ZodIssue, host: LoadedHost): string {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => `"${key}"`).join(', ') : undefined
  if (issue.path.length === 0) return issue.message
  return keys === undefined ? issueText(issue, host.vars) : `does not know ${keys}`
}

/** Variables that the schema names and that hold Jinja. */
function jinjaFindings(host: LoadedHost, schema: z.ZodType | undefined): Finding[] {
  const shape = (schema as Partial<z.ZodObject> | undefined)?.shape
  return Object.keys(shape ?? {}).flatMap((name): Finding[] => {
    const path = jinjaPath(host, name)
    return path ? [{ host, path: [name, ...path], code: 'E_JINJA', text: '' }] : []
  })
}

function jinjaPath(host: LoadedHost, name: string): PropertyKey[] | undefined {
  const node = host.definitions(name).at(-1)?.node
  return node && findJinjaInNode(node)
}

/** The host's variables, those that hold Jinja as errors that wait for a reader. */
function withJinjaGuards(host: LoadedHost): LoadedHost['vars'] {
  const names = Object.keys(host.vars).filter((name) => jinjaPath(host, name))
  if (names.length === 0) return host.vars
  const vars: Record<string, unknown> = { ...host.vars }
  for (const name of names) {
    const path = [name, ...jinjaPath(host, name)!]
    const get = () => {
      throw jinjaError(`${host.name}: ${formatPath(path)}`, host.where(path))
    }
    Object.defineProperty(vars, name, { get, enumerable: true })
  }
  Object.defineProperty(vars, 'inventory_hostname', { value: host.name, enumerable: false })
  return vars
}

/** One fault for what one line says, whichever hosts it reaches. */
function valueErrors(findings: readonly Finding[], hosts: readonly LoadedHost[]): PlaybookError[] {
  const seen = new Set<string>()
  return findings.flatMap(({ host, path, code, text }) => {
    const where = findingLocation(host, path)
    const name = formatPath(path) || 'the variables'
    const owner = ownerName(host, path, hosts)
    const key = `${where ? formatLocation(where) : owner} ${name} ${text}`
    if (seen.has(key)) return []
    seen.add(key)
    const what = `${owner}: ${name}`
    if (code === 'E_JINJA') return [jinjaError(what, where)]
    const isPlain = text.endsWith('got a plain value')
    const hint = isPlain ? plainHint : isSecret(host, path) ? secretHint : undefined
    return [
      new PlaybookError('E_VARS', `${what}  ${text}`, {
        ...(where ? { where } : {}),
        ...(hint ? { hint } : {}),
      }),
    ]
  })
}

function isSecret(host: LoadedHost, path: readonly PropertyKey[]): boolean {
  const node = host.definitions(String(path[0])).at(-1)?.node
  return node !== undefined && nodeAt(node, path.slice(1)).value instanceof Secret
}

function findingLocation(host: LoadedHost, path: readonly PropertyKey[]): SourceLocation | undefined {
  return path.length === 0 ? host.declaredAt : host.where(path)
}

/** The group whose variable it is, or the host. */
function ownerName(host: LoadedHost, path: readonly PropertyKey[], hosts: readonly LoadedHost[]): string {
  const owner = host.definitions(String(path[0])).at(-1)?.owner
  if (owner?.kind === 'extra') return '-e'
  return owner?.kind === 'group' && hosts.length > 1 ? owner.name : host.name
}

/** A variable that is missing: once for each group of which all hosts lack it, then host by host. */
function missingErrors(
  name: string,
  without: readonly LoadedHost[],
  hosts: readonly LoadedHost[],
  play: PlayReference,
): PlaybookError[] {
  const needs = play.where ? `${play.name} (${play.where.file}:${play.where.line})` : play.name
  const missingError = (who: string, where: SourceLocation | undefined, siblings: Iterable<string>) => {
    const hint = didYouMean(name, siblings)?.replace(/^Did you mean (.*)\?$/, 'There is $1: is it that one?')
    const message = `${who}: ${name} is missing; ${needs} needs it`
    return new PlaybookError('E_MISSING_VAR', message, {
      ...(where ? { where } : {}),
      ...(hint ? { hint } : {}),
    })
  }
  const { groups, rest } = coveringGroups(without, hosts)
  const known = Object.keys(without[0]!.vars)
  return [
    ...groups.map((group) => missingError(group.name, group.where, known)),
    ...rest.map((host) => missingError(host.name, host.declaredAt, Object.keys(host.vars))),
  ]
}

/** The fewest groups whose hosts, as far as they are in the play, all lack the variable; and the hosts left over. */
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

/** More hosts first; of equal ones the smaller group, then the one deeper down. */
function isBetter(a: HostGroup, b: HostGroup, gain: (group: HostGroup) => number): boolean {
  if (gain(a) !== gain(b)) return gain(a) > gain(b)
  return a.members.size <= b.members.size
}
