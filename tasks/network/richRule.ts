// Normalizes rich rules to the form that firewalld prints.

import { PlaybookError } from '../../src/index.ts'

type Attributes = { readonly [name: string]: string }
type Part = { readonly element: string; isNegated: boolean; attributes: Attributes; limit?: Attributes }

/** Per element its attributes, in the order in which firewalld prints them. */
const elements: { readonly [element: string]: readonly string[] | undefined } = {
  rule: ['priority', 'family'],
  source: ['address', 'mac', 'ipset'],
  destination: ['address', 'ipset'],
  service: ['name'],
  port: ['port', 'protocol'],
  protocol: ['value'],
  'icmp-block': ['name'],
  'icmp-type': ['name'],
  masquerade: [],
  'forward-port': ['port', 'protocol', 'to-port', 'to-addr'],
  'source-port': ['port', 'protocol'],
  'tcp-mss-clamp': ['value'],
  log: ['prefix', 'level'],
  nflog: ['group', 'prefix', 'queue-size'],
  audit: [],
  accept: [],
  reject: ['type'],
  drop: [],
  mark: ['set'],
  limit: ['value', 'burst'],
}

/** Elements of one rank exclude each other; a rule is printed in the order of ranks. */
const ranks: readonly (readonly string[])[] = [
  ['source'],
  ['destination'],
  [
    ...['service', 'port', 'protocol', 'icmp-block', 'icmp-type'],
    ...['masquerade', 'forward-port', 'source-port', 'tcp-mss-clamp'],
  ],
  ['log', 'nflog'],
  ['audit'],
  ['accept', 'reject', 'drop', 'mark'],
]

/**
 * A rich rule as firewalld itself prints it: its order of parts and attributes, double quotes, no priority 0, `1/m` for
 * `1/minute`. Two rules are the same if their normal forms are.
 *
 * Source: firewalld.richlanguage(5), and what firewalld 1.3 lists.
 *
 * @throws PlaybookError E_FIREWALL_RULE where it is no rule
 * @example normalRule("rule accept source address=10.0.0.1 family=ipv4")
 * // 'rule family="ipv4" source address="10.0.0.1" accept'
 */
export function normalizeRule(rule: string): string {
  const [first, ...parts] = parseRule(rule)
  if (!first) throw ruleError(rule, 'It is empty.')
  const inOrder = ranks.flatMap((rank) => {
    const found = parts.filter((part) => rank.includes(part.element))
    if (found.length > 1) {
      throw ruleError(rule, `"${found[0]!.element}" and "${found[1]!.element}" cannot be combined.`)
    }
    return found
  })
  if (inOrder.length === 0) throw ruleError(rule, 'It matches nothing and does nothing.')
  return [first, ...inOrder].map(formatPart).join(' ')
}

function parseRule(rule: string): Part[] {
  const words = splitWords(rule)
  if (words[0] !== 'rule') throw ruleError(rule, 'It does not begin with the word "rule".')
  const parts: Part[] = []
  let current: Part | undefined
  let isLimit = false
  for (const word of words) {
    const equals = word.indexOf('=')
    if (equals > 0) {
      isLimit = addAttribute(
        rule,
        parts[0]!,
        current!,
        isLimit,
        word.slice(0, equals),
        word.slice(equals + 1),
      )
    } else if (/^not$/i.test(word)) {
      if (!current || !['source', 'destination'].includes(current.element)) {
        throw ruleError(rule, '"NOT" belongs to a source or destination.')
      }
      current.isNegated = true
    } else if (word === 'limit') {
      if (!current || !isLimitable(current))
        throw ruleError(rule, '"limit" belongs to a log, audit or action.')
      current.limit = {}
      isLimit = true
    } else {
      if (!elements[word]) throw ruleError(rule, `"${word}" is not a word of the language.`)
      current = { element: word, isNegated: false, attributes: {} }
      isLimit = false
      parts.push(current)
    }
  }
  return parts
}

/** Puts an attribute where it belongs; tells whether a limit is still being read. */
function addAttribute(
  rule: string,
  first: Part,
  current: Part,
  isLimit: boolean,
  name: string,
  value: string,
): boolean {
  if (value === '') throw ruleError(rule, `"${name}" has no value.`)
  if (isLimit && elements.limit!.includes(name)) {
    current.limit = { ...current.limit, [name]: name === 'value' ? shortRate(value) : value }
    return true
  }
  if (name === 'invert' && ['source', 'destination'].includes(current.element)) {
    current.isNegated = /^(yes|true|1)$/i.test(value)
  } else if (elements[current.element]!.includes(name)) {
    current.attributes = { ...current.attributes, [name]: value }
  } else if (elements.rule!.includes(name)) {
    first.attributes = { ...first.attributes, [name]: value }
  } else {
    throw ruleError(rule, `"${name}" is not an attribute of "${current.element}".`)
  }
  return false
}

function formatPart({ element, isNegated, attributes, limit }: Part): string {
  return [
    element,
    ...(isNegated ? ['NOT'] : []),
    ...formatAttributes(element, attributes),
    ...(limit ? ['limit', ...formatAttributes('limit', limit)] : []),
  ].join(' ')
}

function formatAttributes(element: string, attributes: Attributes): string[] {
  return elements[element]!.filter((name) => attributes[name] !== undefined)
    .filter((name) => !(name === 'priority' && Number(attributes[name]) === 0))
    .map((name) => `${name}="${name === 'priority' ? Number(attributes[name]) : attributes[name]}"`)
}

/** `3/minute` is `3/m`. */
function shortRate(value: string): string {
  return value.replace(/\/\s*(second|minute|hour|day)$/, (_, unit: string) => `/${unit[0]}`)
}

function isLimitable({ element }: Part): boolean {
  return ['log', 'nflog', 'audit', 'accept', 'reject', 'drop', 'mark'].includes(element)
}

/** Words as a shell would see them: quotes of both kinds may stand anywhere in a word. */
function splitWords(rule: string): string[] {
  const word = /(?:"[^"]*"|'[^']*'|[^\s"'])+/y
  const words: string[] = []
  for (let at = 0; at < rule.length; at = word.lastIndex) {
    word.lastIndex = at + rule.slice(at).search(/\S|$/)
    if (word.lastIndex >= rule.length) break
    const found = word.exec(rule)
    if (!found) throw ruleError(rule, 'A quote is not closed.')
    words.push(found[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single))
  }
  return words
}

function ruleError(rule: string, why: string): PlaybookError {
  return new PlaybookError('E_FIREWALL_RULE', `not a rich rule: ${why.replace(/\.$/, '')}`, {
    details: [rule],
  })
}
