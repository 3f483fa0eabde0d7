// Whether tags close each other, around one root.

import { positionAt, xmlError } from './error.ts'
import type { OpenToken, XmlToken } from './token.ts'

/** @throws PlaybookError E_XML at the first tag or text that stands where it must not */
export function checkNesting(text: string, tokens: readonly XmlToken[]): void {
  const open: OpenToken[] = []
  let root: OpenToken | undefined
  for (const token of tokens) {
    if (open.length === 0) checkOutside(text, token, root)
    if (token.kind === 'open') {
      root ??= token
      if (!token.isSelfClosing) open.push(token)
    } else if (token.kind === 'close') {
      const expected = open.pop()
      if (expected?.name !== token.name) throw wrongClose(text, token, expected)
    } else if (token.kind === 'doctype' && root) {
      throw xmlError(text, token.start, 'The DOCTYPE must come before the root element.')
    }
  }
  const unclosed = open.at(-1)
  if (unclosed)
    throw xmlError(
      text,
      unclosed.start,
      `<${unclosed.name}> is not closed: </${unclosed.name}> expected, found the end of the file.`,
    )
  if (!root) throw xmlError(text, text.length, 'A root element expected, found none.')
}

function checkOutside(text: string, token: XmlToken, root: OpenToken | undefined): void {
  if (token.kind === 'open' && root) {
    throw xmlError(
      text,
      token.start,
      `A second root element <${token.name}>: <${root.name}> is closed already, and only one is allowed.`,
    )
  }
  const content = text.slice(token.start, token.end)
  const isText = token.kind === 'cdata' || (token.kind === 'text' && content.trim() !== '')
  if (!isText) return
  const offset = token.start + content.search(/\S/)
  throw xmlError(
    text,
    offset,
    `Text ${root ? 'after' : 'before'} the root element: only comments may stand there.`,
  )
}

function wrongClose(text: string, token: XmlToken & { name: string }, expected: OpenToken | undefined) {
  if (!expected) return xmlError(text, token.start, `</${token.name}> closes nothing: no element is open.`)
  const { line, column } = positionAt(text, expected.start)
  return xmlError(
    text,
    token.start,
    `</${expected.name}> expected (opened at ${line}:${column}), found </${token.name}>.`,
  )
}
