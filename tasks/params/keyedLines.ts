// Parses lines of a key and a value, which scripts print.

import { type Output, splitLines, text } from '../../src/index.ts'

/** The values of a key, in order: `keyedLines(result)('group')` of `group adm`, `group wheel` is `['adm', 'wheel']`. */
export function keyedLines(result: Output): (key: string) => string[] {
  const lines = splitLines(text(result)).map((line) => /^(\S+) ?(.*)$/.exec(line) ?? [])
  return (key) => lines.filter(([, name]) => name === key).map(([, , value = '']) => value)
}
