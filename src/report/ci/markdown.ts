// Writes pieces of Markdown, as GitHub and GitLab read it, in which no text can break out.

import { sanitize } from '../output/sanitize.ts'

/** `` `text` ``, with as many backquotes as it takes. */
export function codeSpan(text: string): string {
  const shown = sanitize(text)
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  const gap = /^`|`$/.test(shown) ? ' ' : ''
  return `${fence}${gap}${shown}${gap}${fence}`
}

export function codeBlock(lines: readonly string[], language = 'text'): string[] {
  const shown = lines.map(sanitize)
  const longest = Math.max(
    2,
    ...shown.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)),
  )
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...shown, fence]
}

/** A part that is folded until somebody opens it. */
export function details(summary: string, lines: readonly string[], isOpen = false): string[] {
  return [
    `<details${isOpen ? ' open' : ''}><summary>${inHtml(summary)}</summary>`,
    '',
    ...lines,
    '',
    '</details>',
    '',
  ]
}

export function list(items: readonly string[]): string[] {
  return items.map((item) => `- ${item}`)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

/** Markdown is not read in a summary: its code spans become elements. */
function inHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/(`+) ?(.*?) ?\1/g, '<code>$2</code>')
}
