// A template's delimiters and whitespace rules, and its `#jinja2:` header.

import { didYouMean } from '../../model/errors/suggest.ts'
import { TemplateSyntaxError } from './templateSyntaxError.ts'

/** How a template is written, as Ansible's template module takes it. */
export type TemplateSettings = {
  /** Default `{%` and `%}`. */
  readonly blockStartString: string
  readonly blockEndString: string
  /** Default `{{` and `}}`. */
  readonly variableStartString: string
  readonly variableEndString: string
  /** Default `{#` and `#}`. */
  readonly commentStartString: string
  readonly commentEndString: string
  /** Lines that begin with this are statements. Default: none do. */
  readonly lineStatementPrefix?: string
  /** What follows this in a line is a comment. Default: none. */
  readonly lineCommentPrefix?: string
  /** Whether the newline after a block is left out. Default true. */
  readonly trimBlocks: boolean
  /** Whether spaces before a block at the beginning of a line are left out. Default false. */
  readonly lstripBlocks: boolean
  /** Default `\n`. */
  readonly newlineSequence: '\n' | '\r\n' | '\r'
  /** Whether a newline at the end of the text stays. Default false, as a value needs it. */
  readonly keepTrailingNewline: boolean
}

export const defaultSettings: TemplateSettings = {
  blockStartString: '{%',
  blockEndString: '%}',
  variableStartString: '{{',
  variableEndString: '}}',
  commentStartString: '{#',
  commentEndString: '#}',
  trimBlocks: true,
  lstripBlocks: false,
  newlineSequence: '\n',
  keepTrailingNewline: false,
}

const header = '#jinja2:'

/** Takes the header `#jinja2: trim_blocks: False, …` off a text. */
export function readHeader(
  text: string,
  settings: TemplateSettings,
): { readonly settings: TemplateSettings; readonly start: number } {
  if (!text.startsWith(header)) return { settings, start: 0 }
  const end = text.indexOf('\n')
  if (end < 0) throw new TemplateSyntaxError(`a line break has to follow ${header} and its settings`, 0)
  const changes: { [name: string]: unknown } = {}
  for (const pair of text.slice(header.length, end).split(',')) {
    const [, written = '', value = ''] = /^\s*(\w*)\s*:(.*)$/s.exec(pair) ?? []
    const name = written.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    if (!(name in kinds)) {
      const hint = didYouMean(written, Object.keys(kinds).map(snakeCase))
      throw new TemplateSyntaxError(
        `${header} has no setting "${pair.trim()}"`,
        0,
        hint ?? `Write ${header} trim_blocks: False`,
      )
    }
    changes[name] = settingValue(written, value.trim(), kinds[name as keyof TemplateSettings])
  }
  return { settings: { ...settings, ...changes }, start: end + 1 }
}

const kinds: { readonly [name in keyof Required<TemplateSettings>]: 'string' | 'boolean' } = {
  blockStartString: 'string',
  blockEndString: 'string',
  variableStartString: 'string',
  variableEndString: 'string',
  commentStartString: 'string',
  commentEndString: 'string',
  lineStatementPrefix: 'string',
  lineCommentPrefix: 'string',
  trimBlocks: 'boolean',
  lstripBlocks: 'boolean',
  newlineSequence: 'string',
  keepTrailingNewline: 'boolean',
}

function settingValue(name: string, text: string, kind: 'string' | 'boolean'): string | boolean | undefined {
  const [, quoted] = /^(?:'([^']*)'|"[^"]*")$/.exec(text.replace(/^"([^"']*)"$/, "'$1'")) ?? []
  if (kind === 'string' && quoted !== undefined)
    return quoted.replaceAll('\\r', '\r').replaceAll('\\n', '\n').replaceAll('\\t', '\t')
  if (kind === 'string' && text === 'None' && name.startsWith('line_')) return undefined
  if (kind === 'boolean' && (text === 'True' || text === 'False')) return text === 'True'
  const expected = kind === 'boolean' ? 'True or False' : 'a text in quotes'
  throw new TemplateSyntaxError(`${header} ${name}: expected ${expected}, got ${text || 'nothing'}`, 0)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
