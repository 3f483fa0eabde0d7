// Explains why a selector matches nothing: the first step that fails, and why.

import type { XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'
import { describeNode, displayValue } from './label.ts'
import { selectedAttribute } from './namespaces.ts'
import { filterBy, select, selectSteps } from './select.ts'
import type { NodeTest, Predicate, Selector, SelectorStep } from './selector.ts'

/** One sentence such as `Service (line 54) has name "Catalina", not "ECS".` */
export function explainMismatch(document: XmlDocument, selector: Selector, from?: XmlElement): string {
  const start = selector.isAbsolute ? undefined : from
  const { steps } = selector
  let matched = steps.length
  while (matched > 0 && selectSteps(document, steps.slice(0, matched), start).length === 0) matched--
  const contexts = matched === 0 ? [start] : selectSteps(document, steps.slice(0, matched), start)
  const failing = steps[matched]!
  const bare: SelectorStep = { ...failing, predicates: [] }
  const candidates = select(document, { ...selector, steps: [...steps.slice(0, matched), bare] }, from)
  if (candidates.length === 0) return explainAbsence(document, failing, contexts)
  return explainPredicates(document, failing.predicates, candidates)
}

function explainAbsence(
  document: XmlDocument,
  { test, isDescendant }: SelectorStep,
  contexts: readonly (XmlNode | undefined)[],
): string {
  const expected = nameOf(test)
  const context = contexts[0]
  const where =
    contexts.length === 1
      ? describeNode(document, context)
      : `each of ${contexts.map((each) => describeNode(document, each)).join(', ')}`
  const inComment = commentedOut(document, expected, context)
  const aside = inComment ? ` There is a commented-out <${expected}> in ${inComment}.` : ''
  if (isDescendant) return `There is no ${expected} anywhere in ${where}.${aside}`
  if (!context) return `The root element is ${document.root.name}, not ${expected}.`
  const names = [...new Set(childElements(context).map((child) => child.name))]
  return `${where} has no ${expected}; it has ${names.length ? names.join(', ') : 'no elements'}.${aside}`
}

function explainPredicates(
  document: XmlDocument,
  predicates: readonly Predicate[],
  candidates: readonly XmlNode[],
): string {
  let rest = candidates
  for (const predicate of predicates) {
    const passing = filterBy(document, rest, predicate.expression)
    if (passing.length === 0) return explainPredicate(document, predicate, rest)
    rest = passing
  }
  const places = candidates.slice(0, 4).map((node) => describeNode(document, node))
  return `None of ${places.join(', ')} satisfies ${predicates.map(({ source }) => source).join('')}.`
}

function explainPredicate(
  document: XmlDocument,
  { expression, source }: Predicate,
  nodes: readonly XmlNode[],
): string {
  const shown = nodes.slice(0, 4)
  if (expression.kind === 'compare' && expression.operator === '=') {
    const { left, right } = expression
    if (left.kind === 'path' && left.attribute && left.steps.length === 0 && right.kind === 'string') {
      const { attribute } = left
      const reasons = shown.map((node) => reasonOfAttribute(document, node, attribute, right.value))
      return `${reasons.join(', ')}${nodes.length > shown.length ? ', and so on' : ''}.`
    }
  }
  const places = shown.map((node) => describeNode(document, node)).join(', ')
  return nodes.length === 1
    ? `${places} does not satisfy ${source}.`
    : `None of ${places} satisfies ${source}.`
}

function reasonOfAttribute(
  document: XmlDocument,
  node: XmlNode,
  attribute: string,
  expected: string,
): string {
  const line = lineAt(document.text, node.start)
  if (node.kind !== 'element') return `${describeNode(document, node)} has no attributes`
  const value = selectedAttribute(document, node, attribute)
  if (value === undefined) return `${node.name} (line ${line}) has no attribute ${attribute}`
  return `${node.name} (line ${line}) has ${attribute} "${displayValue(attribute, value)}", not "${displayValue(attribute, expected)}"`
}

function nameOf(test: NodeTest): string {
  return test.kind === 'element' ? test.name : `${test.kind}()`
}

function childElements(node: XmlNode): XmlElement[] {
  return node.kind === 'element' ? node.children.filter((child) => child.kind === 'element') : []
}

/** Describes the first comment below a node that contains `<name`. */
function commentedOut(document: XmlDocument, name: string, context: XmlNode | undefined): string | undefined {
  const pattern = new RegExp(`<${name.replace(/[^\w:-]/g, '\\$&')}[\\s/>]`)
  const search = (nodes: readonly XmlNode[]): XmlNode | undefined => {
    for (const node of nodes) {
      if (node.kind === 'comment' && pattern.test(document.text.slice(node.start, node.end))) return node
      const below = node.kind === 'element' ? search(node.children) : undefined
      if (below) return below
    }
    return undefined
  }
  const comment = search(context?.kind === 'element' ? context.children : document.children)
  return comment ? describeNode(document, comment) : undefined
}
