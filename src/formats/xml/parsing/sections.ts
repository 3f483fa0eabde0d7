// Finds comments, CDATA sections, processing instructions and the DOCTYPE.

import { type Doctype, readDoctype } from './doctype.ts'
import { foundAt, xmlError } from './error.ts'
import { nameAt } from './name.ts'
import type { XmlLeaf } from './node.ts'
import { checkTags } from './tags.ts'

/** A stretch of text in which "<" starts no tag. */
export type Section = Pick<XmlLeaf, 'kind' | 'start' | 'end'>

/**
 * The sections of a document in order, and the document's markup: its text with blanks in place of the sections.
 *
 * @throws PlaybookError E_XML at the first one that is not well-formed, or at a tag before it that is not
 */
export function findSections(text: string): { sections: Section[]; doctype?: Doctype; markup: string } {
  const sections: Section[] = []
  const opener = /<[!?]/g
  let doctype: Doctype | undefined
  let markup = ''
  let at = 0
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    markup += text.slice(at, match.index)
    try {
      const section = sectionAt(text, match.index)
      if (section.kind === 'doctype') {
        if (doctype) throw xmlError(text, match.index, 'A second DOCTYPE; one is allowed.')
        doctype = section.doctype
      }
      sections.push(section)
    } catch (error) {
      checkTags(text, markup)
      throw error
    }
    at = sections.at(-1)!.end
    markup += ' '.repeat(at - match.index)
    opener.lastIndex = at
  }
  return { sections, doctype, markup: markup + text.slice(at) }
}

/** The section that starts at an offset. */
export function sectionAt(text: string, start: number): Section & { readonly doctype?: Doctype } {
  if (text.startsWith('<!--', start)) return comment(text, start)
  if (text.startsWith('<![CDATA[', start))
    return { kind: 'cdata', start, end: endAfter(text, start, '<![CDATA[', ']]>') }
  if (text.startsWith('<?', start)) return instruction(text, start)
  if (!text.startsWith('<!DOCTYPE', start))
    throw xmlError(text, start, `A comment, CDATA or DOCTYPE expected, found ${foundAt(text, start)}.`)
  const doctype = readDoctype(text, start)
  return { kind: 'doctype', start, end: doctype.end, doctype }
}

function comment(text: string, start: number): Section {
  const dashes = text.indexOf('--', start + 4)
  if (dashes === -1) throw xmlError(text, start, 'The comment is not closed: "-->" expected.')
  if (text[dashes + 2] !== '>') throw xmlError(text, dashes, '"--" is not allowed inside a comment.')
  return { kind: 'comment', start, end: dashes + 3 }
}

function instruction(text: string, start: number): Section {
  const target = nameAt(text, start + 2)
  if (target === '')
    throw xmlError(text, start + 2, `A name expected after "<?", found ${foundAt(text, start + 2)}.`)
  if (target.toLowerCase() === 'xml' && start > 0) {
    throw xmlError(text, start, 'The XML declaration must be the very first thing in the file.')
  }
  return { kind: 'instruction', start, end: endAfter(text, start, '<?', '?>') }
}

function endAfter(text: string, start: number, opener: string, closer: string): number {
  const end = text.indexOf(closer, start + opener.length)
  if (end === -1) throw xmlError(text, start, `"${opener}" is not closed: "${closer}" expected.`)
  return end + closer.length
}
