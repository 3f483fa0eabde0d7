// Recognizes XML names, and characters that XML forbids.

const nameStart =
  ':A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}'
const nameFurther = `${nameStart}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040`

const nameHere = new RegExp(`[${nameStart}][${nameFurther}]*`, 'uy')
const wholeName = new RegExp(`^[${nameStart}][${nameFurther}]*$`, 'u')
const forbidden =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** The XML name that starts at an offset, or '' if none does. */
export function nameAt(text: string, offset: number): string {
  nameHere.lastIndex = offset
  return nameHere.exec(text)?.[0] ?? ''
}

export function isXmlName(text: string): boolean {
  return wholeName.test(text)
}

/** The offset of the first character that XML does not allow, or -1. */
export function forbiddenCharacter(text: string): number {
  return text.search(forbidden)
}
