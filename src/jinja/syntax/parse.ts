// Parses a template.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { Template } from './nodes.ts'
import { segmentsOf } from './segments.ts'
import { readHeader, type TemplateSettings } from './settings.ts'
import { parseSegments } from './statements.ts'
import { TemplateSyntaxError } from './templateSyntaxError.ts'

/** Where an offset of a text is in a file. */
type Locate = (offset: number) => SourceLocation | undefined

export type ParsedTemplate = Template & {
  readonly settings: TemplateSettings
  readonly locate: Locate
  /** The text itself, if nothing in it is Jinja. */
  readonly literal: string | undefined
  /** The number of line ends that the text ends with. */
  readonly lastNewlines: number
}

/**
 * Parses a template. `escapes`: whether backslashes in the texts of `{{ }}` begin escapes, as they do in files and not
 * in the values of variables.
 *
 * @throws PlaybookError E_TEMPLATE with the place
 */
export function parseTemplate(
  source: string,
  settings: TemplateSettings,
  locate: Locate,
  escapes: boolean,
): ParsedTemplate {
  return located(locate, () => {
    const normalized = source.replace(/\r\n?/g, '\n')
    const { settings: own, start } = readHeader(normalized, settings)
    const isCut = !own.keepTrailingNewline && normalized.endsWith('\n')
    const text = isCut ? normalized.slice(0, -1) : normalized
    const lastNewlines = /\n*$/.exec(normalized)![0].length
    const segments = segmentsOf(text, start, own, escapes)
    const isLiteral = start === 0 && !openings(own).some((opening) => text.includes(opening))
    const literal = isLiteral ? source : undefined
    return { ...parseSegments(segments), settings: own, locate, literal, lastNewlines }
  })
}

function openings(settings: TemplateSettings): string[] {
  const { blockStartString, variableStartString, commentStartString } = settings
  return [blockStartString, variableStartString, commentStartString]
}

function located<T>(locate: Locate, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    throw new PlaybookError('E_TEMPLATE', error.message, { where: locate(error.offset), hint: error.hint })
  }
}
