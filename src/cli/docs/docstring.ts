// Extracts the docstring of a task from its source.

export type Docstring = {
  /** Markdown; empty if there is no docstring. */
  readonly prose: string
  readonly examples: readonly string[]
}

/** Parses the docstring before `export const NAME`; its tags become prose. */
export function parseDocstring(source: string, name: string): Docstring {
  const docstring = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export (?:const ${name}\\b|default defineTask)`,
  ).exec(source)?.[1]
  const lines = (docstring ?? '').split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
  const prose: string[] = []
  const examples: string[][] = []
  let example: string[] | undefined
  for (const line of lines) {
    const [, tag, text = ''] = /^@(\w+)\s*(.*)$/.exec(line) ?? []
    if (tag === 'example') {
      example = text === '' ? [] : [text]
      examples.push(example)
    } else if (tag !== undefined || line === '') example = undefined
    if (tag !== 'example' && example === undefined) prose.push(tag === undefined ? line : tagText(tag, text))
    else if (tag === undefined && example !== undefined) example.push(line)
  }
  return { prose: paragraphs(prose), examples: examples.map((each) => each.join('\n')) }
}

function tagText(tag: string, text: string): string {
  return tag === 'throws' ? `Errors: ${text.replace(/^PlaybookError:?\s+/, '')}` : text
}

/** Separates paragraphs and the text of tags by one empty line. */
function paragraphs(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/\n(Errors: )/g, '\n\n$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
