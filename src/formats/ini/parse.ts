// Reads the lines of an INI file: sections, options with their values, and comments.

import { linesOf, type TextLine } from '../shared/lines.ts'

type Placed = TextLine & { readonly section: number }

/**
 * A line as read. `section` is the index of the header line of its section, or -1 before the first one. An option's
 * `written` is its whole value as it is in the file, `value` that without a comment after it.
 */
export type IniLine =
  | (Placed & { readonly kind: 'blank' | 'comment' | 'continuation' })
  | (Placed & { readonly kind: 'header'; readonly name: string })
  | (Placed & IniOption & { readonly kind: 'option' | 'inactive' })

type IniOption = {
  readonly name: string
  readonly indent: string
  /** `=` or `:` with the blanks around it; empty for an option without a value. */
  readonly separator: string
  readonly written: string
  readonly value: string | null
}

export type IniOptionLine = Extract<IniLine, { kind: 'option' | 'inactive' }>

/**
 * Options are `name = value`, or `name: value` in a line without `=` or in a file that writes most of them so, or a bare
 * name. Comments begin with `#` or `;`;
 * `#name = value` is an inactive option. A line continues an option if the one before it ends with a backslash, or if it
 * is indented deeper and either looks like no option, or follows an option without a value on its own line.
 */
export function parseIni(text: string, inlineComments: boolean): IniLine[] {
  const lines: IniLine[] = []
  const all = linesOf(text)
  const separator = separatorOf(all)
  const optionOf = (line: string) => readOption(line, separator, inlineComments)
  let section = -1
  let open: { readonly indent: number; readonly isList: boolean } | undefined
  let isJoined = false
  for (const line of all) {
    const placed = { ...line, section }
    const indent = /^\s*/.exec(line.text)![0].length
    const content = line.text.trim()
    if (isJoined || (open && continues(content, indent, open))) {
      lines.push({ ...placed, kind: 'continuation' })
      if (!/^[#;]/.test(content)) isJoined = line.text.endsWith('\\')
      continue
    }
    if (content === '') {
      lines.push({ ...placed, kind: 'blank' })
      continue
    }
    const header = /^\[(.*?)\]\s*(?:[#;].*)?$/.exec(content)
    if (header) {
      section = lines.length
      open = undefined
      lines.push({ ...line, section, kind: 'header', name: header[1]!.trim() })
      continue
    }
    if (/^[#;]/.test(content)) {
      const inactive = optionOf(line.text.replace(/^\s*[#;]+/, ''))
      lines.push(
        inactive.value !== null
          ? { ...placed, ...inactive, kind: 'inactive' }
          : { ...placed, kind: 'comment' },
      )
      continue
    }
    const option = optionOf(line.text)
    open = { indent, isList: option.value === '' }
    isJoined = option.written.endsWith('\\') && !/^"?[A-Za-z]:\\/.test(option.written)
    lines.push({ ...placed, ...option, kind: 'option' })
  }
  return lines
}

/** How many lines an option takes: its own, and those that continue it. */
export function extentOf(lines: readonly IniLine[], index: number): number {
  let end = index + 1
  for (let at = end; at < lines.length; at++) {
    const { kind } = lines[at]!
    if (kind === 'continuation') end = at + 1
    else if (kind !== 'comment' && kind !== 'inactive') break
  }
  return end - index
}

/** What separates names and values in most lines. */
function separatorOf(lines: readonly TextLine[]): '=' | ':' {
  const options = lines.filter(({ text }) => /^\s*[^\s#;[]/.test(text))
  const equals = options.filter(({ text }) => text.includes('=')).length
  const colons = options.filter(({ text }) => /^[^=]*:/.test(text)).length
  return colons > equals ? ':' : '='
}

function readOption(text: string, usual: '=' | ':', inlineComments: boolean): IniOption {
  const equals = /^(\s*)([^=\s][^=]*?)(\s*=[ \t]*)(.*?)\s*$/.exec(text)
  const colon = /^(\s*)([^:=\s][^:=]*?)(\s*:[ \t]*)(.*?)\s*$/.exec(text)
  const found = usual === '=' ? (equals ?? colon) : (colon ?? equals)
  if (!found) {
    const [, indent = '', name = ''] = /^(\s*)(.*?)\s*$/.exec(text)!
    return { name, indent, separator: '', written: '', value: null }
  }
  const [, indent, name, separator, written] = found as unknown as [string, string, string, string, string]
  return { name, indent, separator, written, value: inlineComments ? withoutComment(written) : written }
}

/** The value before ` ;` or ` #`, unless these are in quotes. */
function withoutComment(written: string): string {
  const found = /^((?:"[^"]*"|'[^']*'|[^"'])*?)\s+[#;].*$/.exec(` ${written}`)
  return found ? found[1]!.trim() : written
}

function continues(
  content: string,
  indent: number,
  open: { readonly indent: number; readonly isList: boolean },
): boolean {
  if (content === '' || indent <= open.indent || /^[#;[]/.test(content)) return false
  return open.isList || !/^[^\s=:][^=:]*[=:]/.test(content)
}
