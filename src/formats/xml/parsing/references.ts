// The references of a document: whether each one means something.

import type { Doctype } from './doctype.ts'
import { foundAt, xmlError } from './error.ts'
import { forbiddenCharacter } from './name.ts'
import type { XmlToken } from './token.ts'

const PREDEFINED = new Set(['amp', 'lt', 'gt', 'quot', 'apos'])

/**
 * Checks that each `&…;` outside of markup is a character that XML allows or an entity that is declared.
 *
 * @throws PlaybookError E_XML
 */
export function checkReferences(
  text: string,
  tokens: readonly XmlToken[],
  doctype: Doctype | undefined,
): void {
  const isDeclared = (name: string) =>
    PREDEFINED.has(name) || doctype?.declared.has(name) === true || doctype?.hasOutsideDeclarations === true
  for (const token of tokens) {
    if (token.kind === 'text') checkSpan(text, token.start, token.end, isDeclared)
    if (token.kind !== 'open') continue
    for (const { valueStart, valueEnd } of token.attributes) checkSpan(text, valueStart, valueEnd, isDeclared)
  }
}

const REFERENCE = /^&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^\s;&<>"'#]+));/

function checkSpan(text: string, start: number, end: number, isDeclared: (name: string) => boolean): void {
  const span = text.slice(start, end)
  for (let index = span.indexOf('&'); index !== -1; index = span.indexOf('&', index + 1)) {
    const at = start + index
    const match = REFERENCE.exec(text.slice(at, Math.min(end, at + 80)))
    if (!match) {
      throw xmlError(
        text,
        at,
        `A reference such as "&amp;" expected, found ${foundAt(text, at)}.`,
        'An "&" that is meant as text is written "&amp;".',
      )
    }
    const [reference, hex, decimal, name] = match
    if (name !== undefined && !isDeclared(name)) {
      throw xmlError(
        text,
        at,
        `The entity ${reference} is not declared.`,
        'XML knows &amp; &lt; &gt; &quot; &apos;. Others are declared in the DOCTYPE.',
      )
    }
    if (name === undefined && !isAllowedCode(hex ? Number.parseInt(hex, 16) : Number(decimal))) {
      throw xmlError(text, at, `${reference} is not a character that XML allows.`)
    }
  }
}

function isAllowedCode(code: number): boolean {
  return (
    code <= 0x10ffff &&
    !(code >= 0xd800 && code <= 0xdfff) &&
    forbiddenCharacter(String.fromCodePoint(code)) === -1
  )
}
