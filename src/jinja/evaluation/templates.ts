// Templates in templates: include, import, extends and block.

import type { Body, Expression, Statement, TemplateBlock } from '../syntax/nodes.ts'
import type { ParsedTemplate } from '../syntax/parse.ts'
import { str } from '../values/text.ts'
import { defined, isList, PyFunction, PyObject, Undefined, type Value } from '../values/value.ts'
import { concat } from './concat.ts'
import {
  type Frame,
  frameLocation,
  type TemplateContext,
  type TemplateEnvironment,
  templateError,
  withErrorLocation,
} from './frame.ts'
import { globals } from './globals.ts'
import { Scope } from './scope.ts'
import { deeper } from './timeBudget.ts'

type Evaluate = (expression: Expression, frame: Frame) => Value
type Execute = (body: Body, frame: Frame) => void
type Of<K extends Statement['kind']> = Statement & { readonly kind: K }

/** Writes a template, its parents' blocks included, into a frame of its own, and gives its top scope. */
export function executeTemplate(
  template: ParsedTemplate,
  environment: TemplateEnvironment,
  parent: Scope,
  out: Value[],
  execute: Execute,
): Scope {
  const top = new Scope(parent)
  const context: TemplateContext = { top, blocks: new Map(), parent: undefined }
  let current: ParsedTemplate | undefined = template
  while (current) {
    addBlocks(context.blocks, current)
    context.parent = undefined
    const frame: Frame = { environment, context, template: current, scope: top, out }
    if (current.blocks.size > 0) top.set('self', new Self(frame, execute))
    deeper(() => executeTop(frame.template, frame, execute))
    current = context.parent
  }
  return top
}

/** After `extends`, what a template writes outside of blocks is nothing. */
function executeTop(template: ParsedTemplate, frame: Frame, execute: Execute): void {
  for (const statement of template.body) {
    const isSilent = frame.context.parent !== undefined
    if (isSilent && statement.kind === 'block') continue
    execute([statement], isSilent ? { ...frame, out: [] } : frame)
  }
}

function addBlocks(blocks: Frame['context']['blocks'], template: ParsedTemplate): void {
  for (const block of template.blocks.values())
    blocks.set(block.name, [...(blocks.get(block.name) ?? []), { block, template }])
}

export function executeInclude(
  { template, ignoreMissing, withContext, offset }: Of<'include'>,
  frame: Frame,
  evaluate: Evaluate,
  execute: Execute,
): void {
  const found = find(evaluate(template, frame), frame, offset, ignoreMissing)
  if (found)
    executeTemplate(found, frame.environment, withContext ? frame.scope : bareScope(), frame.out, execute)
}

export function executeImport(
  { template, name, withContext, offset }: Of<'import'>,
  frame: Frame,
  evaluate: Evaluate,
  execute: Execute,
): void {
  frame.scope.set(name, importedModule(evaluate(template, frame), withContext, frame, offset, execute))
}

export function executeFromImport(
  { template, names, withContext, offset }: Of<'fromImport'>,
  frame: Frame,
  evaluate: Evaluate,
  execute: Execute,
): void {
  const given = evaluate(template, frame)
  const module = importedModule(given, withContext, frame, offset, execute)
  for (const [name, as] of names) {
    const where = frameLocation(frame, offset)
    const value = module.attribute(name)
    const missing = () => new Undefined(`template ${str(given)} does not set "${name}"`, { where })
    frame.scope.set(as, value === undefined ? missing() : value)
  }
}

/** An imported template: its macros and variables, and what it writes. */
class Module extends PyObject {
  readonly repr = '<template>'
  readonly #top: Scope

  constructor(top: Scope) {
    super()
    this.#top = top
  }

  override attribute(name: string): Value | undefined {
    return name.startsWith('_') ? undefined : this.#top.own.get(name)
  }
}

function importedModule(
  given: Value,
  withContext: boolean,
  frame: Frame,
  offset: number,
  execute: Execute,
): Module {
  const template = find(given, frame, offset, false)!
  const parent = withContext ? frame.scope : bareScope()
  return new Module(executeTemplate(template, frame.environment, parent, [], execute))
}

function bareScope(): Scope {
  return new Scope((name) => globals.get(name))
}

export function executeExtends({ template, offset }: Of<'extends'>, frame: Frame, evaluate: Evaluate): void {
  if (frame.context.parent)
    throw templateError('a template extends only one other', frameLocation(frame, offset))
  frame.context.parent = find(evaluate(template, frame), frame, offset, false)
}

export function executeBlock({ block, offset }: Of<'block'>, frame: Frame, execute: Execute): void {
  writeBlock(block.name, 0, frame, offset, block.isScoped ? frame.scope : frame.context.top, execute)
}

/** Writes the block of a name: at `level` 0 that of the template itself, then those that `super()` is. */
function writeBlock(
  name: string,
  level: number,
  frame: Frame,
  offset: number,
  scope: Scope,
  execute: Execute,
): void {
  const chain = frame.context.blocks.get(name) ?? []
  const { block, template }: { block: TemplateBlock; template: ParsedTemplate } = chain[level]!
  if (block.isRequired)
    throw templateError(`block ${name} has to be overridden`, frameLocation(frame, offset))
  const inner = new Scope(scope)
  const write = (at: number) => {
    const out: Value[] = []
    writeBlock(name, at, { ...frame, out }, offset, scope, execute)
    return concat(out)
  }
  inner.set(
    'super',
    level + 1 < chain.length
      ? new PyFunction('super', () => write(level + 1))
      : new Undefined(`there is no parent block ${name}`),
  )
  execute(block.body, { ...frame, template, scope: inner })
}

/** `self.name()` writes a block again. */
class Self extends PyObject {
  readonly repr = '<self>'
  readonly #frame: Frame
  readonly #execute: Execute

  constructor(frame: Frame, execute: Execute) {
    super()
    this.#frame = frame
    this.#execute = execute
  }

  override attribute(name: string): Value | undefined {
    if (!this.#frame.context.blocks.has(name)) return undefined
    return new PyFunction(name, () => {
      const out: Value[] = []
      writeBlock(name, 0, { ...this.#frame, out }, 0, this.#frame.context.top, this.#execute)
      return concat(out)
    })
  }
}

/** The template of a name, or the first of a list of names that exists. */
function find(
  given: Value,
  frame: Frame,
  offset: number,
  ignoreMissing: boolean,
): ParsedTemplate | undefined {
  const known = defined(given)
  const names = (isList(known) ? known : [known]).map((name) => str(name))
  for (const name of names) {
    const found = withErrorLocation(frame, offset, () => frame.environment.load(name))
    if (found) return found
  }
  if (ignoreMissing) return undefined
  const { searchPath } = frame.environment
  throw templateError(
    `there is no template ${names.join(' or ')}`,
    frameLocation(frame, offset),
    searchPath.length > 0
      ? `Searched in ${searchPath.join(', ')}`
      : 'Templates of variables include no others.',
  )
}
