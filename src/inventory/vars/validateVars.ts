// Validates the variables of a play's hosts against the play's schema.

import type { z } from 'zod'
import { AggregatePlaybookError, PlaybookError } from '../../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../../model/errors/location.ts'
import { LateVars } from '../../model/host.ts'
import { formatPath, issueText } from '../../model/schema/issueText.ts'
import { Secret, searchInstead } from '../../model/secrets/secret.ts'
import { nodeAt } from '../parsing/sourceNode.ts'
import type { LoadedHost } from './hostVars.ts'
import { missingErrors, type PlayReference } from './missingVars.ts'

const secretHint = 'It comes from a vault: use secretText in the schema.'
const plainHint = 'Encrypt it: run-playbook vault encrypt-string'

/** A problem with one variable of a host. */
type Finding = {
  readonly host: LoadedHost
  readonly path: readonly PropertyKey[]
  readonly text: string
  /** The error of a value that cannot be evaluated. */
  readonly error?: PlaybookError
}

/**
 * Validates each host's variables against a play's schema and returns them as the schema made them (typed, with
 * defaults). Variables that the schema does not name are left out: an inventory serves all plays. Without a schema the
 * variables are returned as they are; one with templates in it is evaluated when it is read.
 *
 * Where variables use facts, these are `LateVars`: what uses none is checked, the rest is when facts are there.
 *
 * @throws AggregatePlaybookError with the errors of all hosts: E_VARS, E_MISSING_VAR, and E_UNDEFINED or E_TEMPLATE for
 * what cannot be evaluated, each with file, line and column. A wrong value that many hosts share is reported once, for the group that sets it; so is a variable that all
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
    if (!looseSchema) {
      const vars = host.seeing ? lateVars(host, (seeing) => hostNamed(seeing)) : hostNamed(host)
      parsed.set(host, vars as z.output<T>)
      continue
    }
    const { values, failures, late } = evaluatedFor(looseSchema, inFolders(host, play))
    findings.push(...failures.values())
    const result = looseSchema.safeParse(values)
    const validated = (seeing: LoadedHost) =>
      validateVars(schema, [seeing], { ...play, folders: undefined }).get(seeing)
    if (late.size > 0) parsed.set(host, lateVars(host, validated) as z.output<T>)
    else if (result.success) parsed.set(host, result.data as z.output<T>)
    const isKnown = ({ path: [name], code }: z.core.$ZodIssue) =>
      !failures.has(String(name)) && (late.size === 0 || !(late.has(String(name)) || code === 'custom'))
    for (const issue of (result.error?.issues ?? []).filter(isKnown))
      addIssue(issue, host, values, findings, missing)
  }
  const errors = [
    ...valueErrors(findings, hosts, play.name),
    ...[...missing].flatMap(([name, without]) => missingErrors(name, without, hosts, play)),
  ]
  if (errors.length > 0) throw new AggregatePlaybookError(errors)
  return parsed
}

function inFolders(host: LoadedHost, { folders }: PlayReference): LoadedHost {
  return folders ? (host.seeing?.({ folders }) ?? host) : host
}

function lateVars(host: LoadedHost, make: (seeing: LoadedHost) => unknown): LateVars {
  const late = new LateVars((context) => make(host.seeing!(context)))
  searchInstead(late, host.rawVars)
  return late
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
  values: LoadedHost['vars'],
  findings: Finding[],
  missing: Map<string, LoadedHost[]>,
): void {
  const [name] = issue.path
  if (issue.path.length === 1 && values[String(name)] === undefined && issue.code !== 'custom') {
    const known = missing.get(String(name))
    if (known) known.push(host)
    else missing.set(String(name), [host])
    return
  }
  findings.push({ host, path: issue.path, text: textOf(issue, values) })
}

function textOf(issue: z.core.$ZodIssue, values: LoadedHost['vars']): string {
  if (issue.path.length === 0) return issue.message
  if (issue.code !== 'unrecognized_keys') return issueText(issue, values)
  return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.map((key) => `"${key}"`).join(', ')}`
}

/** The host's variables with those evaluated that the schema reads, those that cannot be, and those that use facts. */
function evaluatedFor(
  schema: z.ZodType,
  host: LoadedHost,
): {
  readonly values: LoadedHost['vars']
  readonly failures: ReadonlyMap<string, Finding>
  readonly late: ReadonlySet<string>
} {
  const failures = new Map<string, Finding>()
  const late = new Set<string>()
  if (host.observed.size === 0) return { values: host.vars, failures, late }
  const { shape, def } = schema as Partial<z.ZodObject>
  const readsOthers = shape === undefined || def?.catchall !== undefined
  const values: Record<string, unknown> = { ...host.rawVars, inventory_hostname: host.name }
  for (const name of host.observed) {
    if (!readsOthers && !Object.hasOwn(shape, name)) continue
    if (host.mayUseFacts(name)) {
      late.add(name)
      delete values[name]
      continue
    }
    try {
      values[name] = host.vars[name]
    } catch (error) {
      if (!(error instanceof PlaybookError)) throw error
      failures.set(name, { host, path: [name], text: error.message, error })
      delete values[name]
    }
  }
  return { values, failures, late }
}

/** The host's variables; the error of one that cannot be evaluated names the host. */
function hostNamed(host: LoadedHost): LoadedHost['vars'] {
  if (host.observed.size === 0) return host.vars
  const vars: Record<string, unknown> = { ...host.rawVars }
  for (const name of host.observed) {
    const get = () => {
      try {
        return host.vars[name]
      } catch (error) {
        if (!(error instanceof PlaybookError)) throw error
        throw error.with({ message: `${host.name}: ${error.message}` })
      }
    }
    Object.defineProperty(vars, name, { get, enumerable: true })
  }
  Object.defineProperty(vars, 'inventory_hostname', { value: host.name, enumerable: false })
  searchInstead(vars, host.rawVars)
  return vars
}

/** One error for each wrong value, however many hosts it applies to. */
function valueErrors(
  findings: readonly Finding[],
  hosts: readonly LoadedHost[],
  play: string,
): PlaybookError[] {
  const seen = new Set<string>()
  return findings.flatMap(({ host, path, text, error }) => {
    const where = error?.where ?? findingLocation(host, path)
    const name = formatPath(path) || `the variables of ${play}`
    const owner = ownerName(host, path, hosts)
    const key = `${where ? formatLocation(where) : owner} ${name} ${text}`
    if (seen.has(key)) return []
    seen.add(key)
    const what = `${owner}: ${name}`
    if (error) return [error.with({ message: `${owner}: ${text}` })]
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
