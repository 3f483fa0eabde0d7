// Checks that references such as `&amp;` and `&#233;` mean something.

import type { Doctype } from './doctype.ts'
import { foundAt, xmlError } from './error.ts'
import { forbiddenCharacter } from './name.ts'

const predefinedNames = new Set(['amp', 'lt', 'gt', 'quot', 'apos'])
const referencePattern = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^\s;&<>"'#]+));/y

/**
 * Checks that each `&…;` in a span is a character allowed in XML or a declared entity.
 *
 * @throws PlaybookError E_XML
 */
export function checkReferences(
  text: string,
  start: number,
  end: number,
  doctype: Doctype | undefined,
): void {
  const span = text.slice(start, end)
  for (let index = span.indexOf('&'); index !== -1; index = span.indexOf('&', index + 1)) {
    const at = start + index
    referencePattern.lastIndex = index
    const match = referencePattern.exec(span)
    if (!match) {
      throw xmlError(
        text,
        at,
        `A reference such as "&amp;" expected, found ${foundAt(text, at)}.`,
        'Write a literal "&" as "&amp;".',
      )
    }
    const [reference, hex, decimal, name] = match
    if (name !== undefined && !isDeclared(name, doctype)) {
      throw xmlError(
        text,
        at,
        `The entity ${reference} is not declared.`,
        'Only &amp; &lt; &gt; &quot; &apos; are predefined; others must be declared in the DOCTYPE.',
      )
    }
    if (name === undefined && !isAllowedCode(hex ? Number.parseInt(hex, 16) : Number(decimal))) {
      throw xmlError(text, at, `${reference} is not a character allowed in XML.`)
    }
  }
}

function isDeclared(name: string, doctype: Doctype | undefined): boolean {
  return predefinedNames.has(name) || doctype?.declared.has(name) || doctype?.hasOutsideDeclarations || false
}

function isAllowedCode(code: number): boolean {
  return (
    code <= 0x10ffff &&
    !(code >= 0xd800 && code <= 0xdfff) &&
    forbiddenCharacter(String.fromCodePoint(code)) === -1
  )
}
