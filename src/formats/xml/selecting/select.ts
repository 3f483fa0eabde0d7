// Evaluates selectors by the rules of XPath 1.0.

import { stringValue, type XmlDocument } from '../parsing/document.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'
import { isNamed, selectedAttribute } from './namespaces.ts'
import type { ComparisonOperator, NodeTest, Selector, SelectorExpression, SelectorStep } from './selector.ts'

/** The matches in document order. A path without a leading slash starts at `from`, or at the document. */
export function select(document: XmlDocument, selector: Selector, from?: XmlElement): XmlNode[] {
  return selectSteps(document, selector.steps, selector.isAbsolute ? undefined : from)
}

/** Like `select`, for some of a selector's steps. Without `from`, they start at the document. */
export function selectSteps(
  document: XmlDocument,
  steps: readonly SelectorStep[],
  from: XmlElement | undefined,
): XmlNode[] {
  let contexts: readonly (XmlNode | undefined)[] = [from]
  for (const step of steps) {
    const found = new Set<XmlNode>()
    for (const context of contexts) {
      for (const start of step.isDescendant ? selfAndDescendants(document, context) : [context]) {
        for (const node of matchesOf(document, step, start)) found.add(node)
      }
    }
    contexts = [...found].sort((a, b) => a.start - b.start)
  }
  return contexts as XmlNode[]
}

/** The nodes under one context that pass a step's test, before its predicates. */
function candidatesOf(
  document: XmlDocument,
  test: NodeTest,
  context: XmlNode | undefined,
): readonly XmlNode[] {
  return childrenOf(document, context).filter((node) => passes(document, test, node))
}

function matchesOf(
  document: XmlDocument,
  step: SelectorStep,
  context: XmlNode | undefined,
): readonly XmlNode[] {
  return step.predicates.reduce(
    (nodes, { expression }) => filterBy(document, nodes, expression),
    candidatesOf(document, step.test, context),
  )
}

/** The nodes for which a predicate holds; a number means the position. */
export function filterBy(
  document: XmlDocument,
  nodes: readonly XmlNode[],
  expression: SelectorExpression,
): readonly XmlNode[] {
  return nodes.filter((node, index) => {
    const scope: Scope = { document, node, position: index + 1, last: nodes.length }
    const value = evaluate(expression, scope)
    return typeof value === 'number' ? value === scope.position : toBoolean(value)
  })
}

function selfAndDescendants(document: XmlDocument, context: XmlNode | undefined): (XmlNode | undefined)[] {
  const below = childrenOf(document, context).filter((node) => node.kind === 'element')
  return [context, ...below.flatMap((node) => selfAndDescendants(document, node))]
}

function childrenOf(document: XmlDocument, context: XmlNode | undefined): readonly XmlNode[] {
  if (context === undefined) return document.children
  return context.kind === 'element' ? context.children : []
}

function passes(document: XmlDocument, test: NodeTest, node: XmlNode): boolean {
  if (test.kind === 'element')
    return node.kind === 'element' && (test.name === '*' || isNamed(document, node, test.name))
  if (test.kind === 'text') return node.kind === 'text' || node.kind === 'cdata'
  return node.kind === 'comment'
}

/** A node-set is represented by the string values of its nodes, because nothing else of it is used. */
type Value = readonly string[] | string | number | boolean
type Scope = {
  readonly document: XmlDocument
  readonly node: XmlNode
  readonly position: number
  readonly last: number
}

function evaluate(expression: SelectorExpression, scope: Scope): Value {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return expression.value
    case 'or':
      return toBoolean(evaluate(expression.left, scope)) || toBoolean(evaluate(expression.right, scope))
    case 'and':
      return toBoolean(evaluate(expression.left, scope)) && toBoolean(evaluate(expression.right, scope))
    case 'compare':
      return compare(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope))
    case 'call':
      return call(expression, scope)
    case 'path':
      return pathValues(expression, scope)
  }
}

function pathValues(
  expression: SelectorExpression & { kind: 'path' },
  { document, node }: Scope,
): readonly string[] {
  const element = node.kind === 'element' ? node : undefined
  const isSelf = expression.steps.length === 0
  if (!isSelf && !element) return []
  const nodes = isSelf ? [node] : selectSteps(document, expression.steps, element)
  const { attribute } = expression
  if (attribute === undefined) return nodes.map((each) => stringValue(document, each))
  return nodes
    .map((each) => (each.kind === 'element' ? selectedAttribute(document, each, attribute) : undefined))
    .filter((value) => value !== undefined)
}

function call({ name, parameters }: SelectorExpression & { kind: 'call' }, scope: Scope): Value {
  if (name === 'position') return scope.position
  if (name === 'last') return scope.last
  const [first, second] = parameters.map((parameter) => evaluate(parameter, scope))
  switch (name) {
    case 'not':
      return !toBoolean(first!)
    case 'contains':
      return toText(first!).includes(toText(second!))
    case 'starts-with':
      return toText(first!).startsWith(toText(second!))
    case 'normalize-space':
      return toText(first!).trim().replace(/\s+/g, ' ')
  }
}

function compare(operator: ComparisonOperator, left: Value, right: Value): boolean {
  if (Array.isArray(left)) return left.some((each: string) => compare(operator, each, right))
  if (Array.isArray(right)) return right.some((each: string) => compare(operator, left, each))
  if (operator === '=' || operator === '!=') return isEqual(left, right) === (operator === '=')
  const [a, b] = [toNumber(left), toNumber(right)]
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean') return toBoolean(left) === toBoolean(right)
  if (typeof left === 'number' || typeof right === 'number') return toNumber(left) === toNumber(right)
  return left === right
}

function toBoolean(value: Value): boolean {
  return typeof value === 'object' || typeof value === 'string' ? value.length > 0 : Boolean(value)
}

function toText(value: Value): string {
  return typeof value === 'object' ? (value[0] ?? '') : String(value)
}

function toNumber(value: Value): number {
  const text = toText(value).trim()
  return text === '' ? Number.NaN : Number(text)
}
