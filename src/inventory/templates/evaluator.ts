// Evaluates the templates in variables, each when it is read.

import { plainValue } from '../../jinja/evaluation/concat.ts'
import type { TemplateEnvironment } from '../../jinja/evaluation/frame.ts'
import { library } from '../../jinja/library.ts'
import { templateValue } from '../../jinja/render.ts'
import { type ParsedTemplate, parseTemplate } from '../../jinja/syntax/parse.ts'
import { defaultSettings } from '../../jinja/syntax/settings.ts'
import { fromJs, toJs } from '../../jinja/values/convert.ts'
import { LazyDict, snapshot } from '../../jinja/values/lazy.ts'
import type { Value } from '../../jinja/values/value.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../../model/errors/location.ts'
import type { VarContext } from '../../model/host.ts'
import { formatPath } from '../../model/schema/issueText.ts'
import type { LoadedHost } from '../vars/hostVars.ts'
import { brokenPath, unknownFact, valueOrError, variableError } from './evaluationErrors.ts'
import { type MagicSource, magicValues } from './magicValues.ts'
import { nodeValue } from './nodeValue.ts'
import { isFactName } from './variableUse.ts'

/** A variable of a host that was read. */
type VariableRead = { readonly host: string; readonly name: string }

/** The result of a variable, and what was read for it. */
export type TracedVariable = {
  /** The value, or the error that says why there is none. */
  readonly value: unknown
  /** Each variable once, in the order in which they were read. */
  readonly reads: readonly VariableRead[]
}

/** An evaluator that lets variables see more than the inventory. */
type MoreContext = {
  readonly context: VarContext
  /** Whether the value of a variable that is set does not depend on it. */
  readonly isFixed: (host: LoadedHost, name: string) => boolean
  /** Evaluates those. */
  readonly others: TemplateEvaluator
}

/** Evaluates the variables of all hosts of an inventory. */
export class TemplateEvaluator {
  readonly #source: MagicSource
  readonly #known = new Map<LoadedHost, Map<string, Value | undefined>>()
  /** The templates that are being evaluated, the outermost first. */
  readonly #running: { readonly key: string; readonly where: SourceLocation | undefined }[] = []
  readonly #parsed = new Map<string, ParsedTemplate>()
  readonly #more: MoreContext | undefined
  #reads: VariableRead[] | undefined

  constructor(source: MagicSource, more?: MoreContext) {
    this.#source = source
    this.#more = more
  }

  /**
   * The result of a variable in the types of JavaScript.
   *
   * @throws PlaybookError E_UNDEFINED or E_TEMPLATE with the place of the braces; `details` name the variables on the
   * way there
   */
  result(host: LoadedHost, name: string): unknown {
    try {
      const value = this.variable(host, name)
      return value === undefined ? undefined : toJs(plainValue(value))
    } catch (error) {
      throw variableError(error, formatPath([name, ...this.#brokenPath(host, name)]), host.where([name]))
    }
  }

  #brokenPath(host: LoadedHost, name: string): PropertyKey[] {
    try {
      return brokenPath(this.variable(host, name) ?? null)
    } catch {
      return []
    }
  }

  /**
   * A variable as the template of a task sees it. It may change a list or dict; others do not see that.
   *
   * @throws PlaybookError with the place of the braces
   */
  templateValue(host: LoadedHost, name: string): Value | undefined {
    try {
      const value = this.variable(host, name)
      return value === undefined ? undefined : snapshot(value)
    } catch (error) {
      throw variableError(error, name, host.where([name]))
    }
  }

  /** A variable of a host as templates see it; undefined if there is none. */
  variable(host: LoadedHost, name: string): Value | undefined {
    this.#reads?.push({ host: host.name, name })
    host.noteRead(name)
    if (this.#more && this.#isFixed(host, name, this.#more)) return this.#more.others.variable(host, name)
    let known = this.#known.get(host)
    if (!known) {
      known = new Map()
      this.#known.set(host, known)
    }
    if (!known.has(name)) known.set(name, this.#computed(host, name))
    return known.get(name)
  }

  /** What `result` gives or throws, and the variables that were read for it. */
  traced(host: LoadedHost, name: string): TracedVariable {
    this.#known.clear()
    this.#reads = []
    const value = valueOrError(() => this.result(host, name))
    const reads = new Map(this.#reads.map((read) => [`${read.host} ${read.name}`, read]))
    reads.delete(`${host.name} ${name}`)
    this.#reads = undefined
    return { value, reads: [...reads.values()] }
  }

  #isFixed(host: LoadedHost, name: string, { isFixed }: MoreContext): boolean {
    return magicValues[name] === undefined && host.definitions(name).length > 0 && isFixed(host, name)
  }

  #computed(host: LoadedHost, name: string): Value | undefined {
    const magic = magicValues[name]?.(host, this.#source, this)
    if (magic !== undefined) return magic
    const node = host.definitions(name).at(-1)?.node
    if (!node) return this.fact(host, name)
    return nodeValue(node, [name], (text, path, where) => this.#evaluate(host, text, path, where))
  }

  fact(host: LoadedHost, name: string): Value | undefined {
    const read = this.#more?.context.read
    if (!isFactName(name)) return undefined
    if (!read) return unknownFact(name)
    const factNamed = (fact: string) => {
      const value = read(host.name, fact)
      return value === undefined ? undefined : fromJs(value)
    }
    if (name !== 'ansible_facts') return factNamed(name.slice('ansible_'.length))
    return LazyDict.of([], (key) => (typeof key === 'string' ? factNamed(key) : undefined))
  }

  #evaluate(
    host: LoadedHost,
    text: string,
    path: readonly PropertyKey[],
    where: SourceLocation | undefined,
  ): Value {
    const key = `${host.name}: ${formatPath(path)}`
    const from = this.#running.findIndex((each) => each.key === key)
    if (from >= 0) throw this.#recursion(from, key, where)
    this.#running.push({ key, where })
    try {
      return templateValue(this.#template(text, where), this.#environment(host))
    } finally {
      this.#running.pop()
    }
  }

  /** Hosts share the templates of their groups. */
  #template(text: string, where: SourceLocation | undefined): ParsedTemplate {
    const key = `${where ? formatLocation(where) : ''} ${text}`
    let parsed = this.#parsed.get(key)
    if (!parsed) {
      parsed = parseTemplate(text, defaultSettings, () => where, false)
      this.#parsed.set(key, parsed)
    }
    return parsed
  }

  #recursion(from: number, key: string, where: SourceLocation | undefined): PlaybookError {
    const names = [...this.#running.slice(from).map((each) => each.key), key]
    const short = names.map((each) => each.slice(each.indexOf(': ') + 2))
    return new PlaybookError('E_TEMPLATE', `the variable refers to itself: ${short.join(' → ')}`, {
      where,
      hint: 'One of them has to be set without the others.',
    })
  }

  /** A list or dict that a template changes is its own: other templates do not see the change. */
  #environment(host: LoadedHost): TemplateEnvironment {
    const own = new Map<string, Value | undefined>()
    const copied = (name: string) => {
      const value = this.variable(host, name)
      return value === undefined ? undefined : snapshot(value)
    }
    return {
      library,
      variable: (name) => {
        if (!own.has(name)) own.set(name, copied(name))
        return own.get(name)
      },
      variableNames: () => [...Object.keys(magicValues), ...Object.keys(host.vars)],
      load: () => undefined,
      searchPath: [...(this.#more?.context.folders ?? []), ...this.#source.searchPath],
    }
  }
}
