// Explains why a YAML text does not parse.

import type { Document } from 'yaml'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceText } from '../../model/errors/sourceText.ts'

/** The first character that YAML allows only as an escape. */
export function controlCharacterError(text: string, source: SourceText): PlaybookError | undefined {
  const found = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/.exec(text)
  if (!found) return undefined
  const code = found[0].charCodeAt(0).toString(16).padStart(2, '0')
  const message = `invisible character U+${code.padStart(4, '0').toUpperCase()}`
  return new PlaybookError('E_YAML', message, {
    where: source.locate(found.index),
    hint: `Remove it, or write it as "\\${code.length > 2 ? 'u' : 'x'}${code}" in double quotes.`,
  })
}

/** What is reported of an encrypted file: more would show its content. */
export const wrongEncryptedLine = 'this line of the encrypted file is wrong'

/** The syntax errors of a document, in plain words. `showsLine` is false for a file that was encrypted. */
export function syntaxErrors(
  document: Document,
  text: string,
  source: SourceText,
  showsLine: boolean,
): PlaybookError[] {
  const tabs = [...text.matchAll(/^ *\t/gm)].filter(() =>
    document.errors.some((error) => error.code === 'TAB_AS_INDENT' || startsWithTab(text, error.pos[0])),
  )
  if (tabs.length > 0) {
    return tabs.map((match) => {
      const where = source.locate(match.index + match[0].length - 1)
      return new PlaybookError('E_YAML', 'a tab in the indentation; YAML allows only spaces', { where })
    })
  }
  const first = document.errors[0]!
  const where = source.locate(Math.min(first.pos[0], text.length))
  const line = text.split('\n')[where.line - 1]!.trim()
  const [message, hint] = syntaxMessage(first.code, showsLine ? first.message : wrongEncryptedLine)
  return [
    new PlaybookError('E_YAML', message, {
      where,
      details: line && showsLine ? [`    ${line}`] : [],
      hint,
    }),
  ]
}

function startsWithTab(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^ *\t/.test(text.slice(start, start + 200))
}

function syntaxMessage(code: string, message: string): [string, string?] {
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['a second ": " in one line', 'Quote a value that contains ": ".']
    case 'BAD_INDENT':
      return [
        'the indentation matches no line above',
        'The entries of a mapping or list start in the same column.',
      ]
    case 'MULTIPLE_DOCS':
      return ['a second document starts here (---)', 'A file holds one document only.']
    case 'MISSING_CHAR':
      return [/quote/.test(message) ? 'a quote opened above is not closed' : lowerFirst(message)]
    case 'BAD_SCALAR_START':
      return [lowerFirst(message), 'Quote the value.']
    default:
      return [lowerFirst(message)]
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
