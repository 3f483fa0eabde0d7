// Validates the variables of a play's hosts against the play's schema.

import type { z } from 'zod'
import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../../model/errors/location.ts'
import { formatPath, issueText } from '../../model/schema/issueText.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { findJinja, jinjaError } from '../parsing/jinja.ts'
import { nodeAt } from '../parsing/sourceNode.ts'
import type { LoadedHost } from './hostVars.ts'
import { missingErrors, type PlayReference } from './missingVars.ts'

const secretHint = 'It comes from a vault: use secretText in the schema.'
const plainHint = 'Encrypt it: run-playbook vault encrypt-string'

/** A problem with one variable of a host. */
type Finding = {
  readonly host: LoadedHost
  readonly path: readonly PropertyKey[]
  readonly code: 'E_VARS' | 'E_JINJA'
  readonly text: string
}

/**
 * Validates each host's variables against a play's schema and returns them as the schema made them (typed, with
 * defaults). Variables that the schema does not name are left out: an inventory serves all plays. Without a schema the
 * variables are returned as they are, but reading one that contains Jinja throws E_JINJA.
 *
 * @throws AggregatePlaybookError with the errors of all hosts: E_VARS, E_MISSING_VAR, E_JINJA, each with file, line and
 * column. A wrong value that many hosts share is reported once, for the group that sets it; so is a variable that all
 * hosts of a group lack.
 * @example validateVars(z.object({ tomcat_version: z.string() }), inventory.select('was'), { name: 'WAS' })
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
    ...valueErrors(findings, hosts, play.name),
    ...[...missing].flatMap(([name, without]) => missingErrors(name, without, hosts, play)),
  ]
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
  return parsed
}

/** A strict object would refuse the variables of other plays. */
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
  if (issue.path.length === 0) return issue.message
  if (issue.code !== 'unrecognized_keys') return issueText(issue, host.vars)
  return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.map((key) => `"${key}"`).join(', ')}`
}

/** The variables of the schema that contain Jinja. */
function jinjaFindings(host: LoadedHost, schema: z.ZodType | undefined): Finding[] {
  const shape = (schema as Partial<z.ZodObject> | undefined)?.shape
  return Object.keys(shape ?? {}).flatMap((name): Finding[] => {
    const path = jinjaPath(host, name)
    return path ? [{ host, path: [name, ...path], code: 'E_JINJA', text: '' }] : []
  })
}

function jinjaPath(host: LoadedHost, name: string): PropertyKey[] | undefined {
  const node = host.definitions(name).at(-1)?.node
  return node && findJinja(node)
}

/** The host's variables; reading one that contains Jinja throws. */
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

/** One error for each wrong value, however many hosts it applies to. */
function valueErrors(
  findings: readonly Finding[],
  hosts: readonly LoadedHost[],
  play: string,
): PlaybookError[] {
  const seen = new Set<string>()
  return findings.flatMap(({ host, path, code, text }) => {
    const where = findingLocation(host, path)
    const name = formatPath(path) || `the variables of ${play}`
    const owner = ownerName(host, path, hosts)
    const key = `${where ? formatLocation(where) : owner} ${name} ${text}`
    if (seen.has(key)) return []
    seen.add(key)
    const what = `${owner}: ${name}`
    if (code === 'E_JINJA') return [jinjaError(what, where)]
    const isPlain = text.endsWith('got a plain value')
    const hint = isPlain ? plainHint : isSecret(host, path) ? secretHint : undefined
    return [new PlaybookError('E_VARS', `${what}  ${text}`, { where, hint })]
  })
}

function isSecret(host: LoadedHost, path: readonly PropertyKey[]): boolean {
  const node = host.definitions(String(path[0])).at(-1)?.node
  return node !== undefined && nodeAt(node, path.slice(1)).value instanceof Secret
}

function findingLocation(host: LoadedHost, path: readonly PropertyKey[]): SourceLocation | undefined {
  return path.length === 0 ? host.declaredAt : host.where(path)
}

/** The group that sets the variable, or the host. */
function ownerName(host: LoadedHost, path: readonly PropertyKey[], hosts: readonly LoadedHost[]): string {
  const owner = host.definitions(String(path[0])).at(-1)?.owner
  if (owner?.kind === 'extra') return '-e'
  return owner?.kind === 'group' && hosts.length > 1 ? owner.name : host.name
}
