// Finds regular expression syntax of Python, Perl and sed that JavaScript lacks.

/** What to write instead, as an expectation; undefined if the pattern has nothing foreign. */
export function foreignPattern(source: string): string | undefined {
  const found = foreignParts.find(({ part }) => part.test(source))
  return found && `expected a pattern of JavaScript, which has no ${found.name}: write ${found.instead}`
}

/** The same for a replacement, given the pattern that it replaces. */
export function foreignReplacement(text: string, pattern: string | RegExp): string | undefined {
  const [written, number, name] = /\\(?:g<(?:(\d+)|(\w+))>|[1-9])/.exec(text) ?? []
  if (written === undefined || groupCount(pattern) === 0) return undefined
  const instead =
    name === undefined ? `$${number === '0' ? '&' : (number ?? written.slice(1))}` : `$<${name}>`
  return `expected a replacement of JavaScript, which has no ${written}: write ${instead}`
}

function groupCount(pattern: string | RegExp): number {
  const source = pattern instanceof RegExp ? pattern.source : pattern
  try {
    return new RegExp(`${source}|`).exec('')!.length - 1
  } catch {
    return 0
  }
}

const posixClasses: { readonly [name: string]: string } = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '\\d',
  lower: 'a-z',
  punct: '!-/:-@[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

type ForeignPart = { readonly part: RegExp; readonly name: string; readonly instead: string }

const foreignParts: readonly ForeignPart[] = [
  { part: escaped('A'), name: '\\A', instead: '^' },
  { part: escaped('[Zz]'), name: '\\Z', instead: '$' },
  { part: /^\(\?[aiLmsux]+\)/, name: '(?i)', instead: '/…/i, or the parameter flags where there is one' },
  { part: /\(\?P</, name: '(?P<name>…)', instead: '(?<name>…)' },
  { part: /\(\?P=/, name: '(?P=name)', instead: '\\k<name>' },
  ...Object.entries(posixClasses).map(([name, instead]) => ({
    part: new RegExp(`\\[\\^?(?:[^\\]\\\\]|\\\\.)*?\\[:${name}:\\]`, 's'),
    name: `[[:${name}:]]`,
    instead: `[${instead}]`,
  })),
]

/** An escape, and not a backslash that is escaped itself. */
function escaped(letter: string): RegExp {
  return new RegExp(`(?<!\\\\)(?:\\\\\\\\)*\\\\${letter}`)
}
