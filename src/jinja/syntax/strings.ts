// Texts in quotes, with Python's escapes.

import { pythonEscapes } from '../values/escapes.ts'

/**
 * The text that a text in quotes means. In the braces of a variable's value a backslash stays one (`escapes` false): YAML
 * has read it before.
 */
export function stringLiteral(body: string, escapes: boolean): string {
  if (!escapes || !body.includes('\\')) return body
  return body.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x?: string, u?: string, long?: string, octal?: string, letter?: string) => {
      const hex = x ?? u ?? long
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
      return letter === '\n' ? '' : (pythonEscapes[letter!] ?? whole)
    },
  )
}
