// Edits one section of a .repo file, and leaves the others as they are.

/** The options of a section by their names. */
export type RepoOptions = ReadonlyMap<string, string>

/** The text with the section as given: what it has else is removed, comments stay. */
export function withRepoSection(text: string, id: string, options: RepoOptions): string {
  const { before, section, after } = splitAt(text, id)
  if (section === undefined) {
    const gap = text === '' || text.endsWith('\n\n') ? '' : text.endsWith('\n') ? '\n' : '\n\n'
    return `${text}${gap}[${id}]\n${[...options].map(lineOf).join('')}`
  }
  const [heading = '', ...lines] = entries(section)
  const left = new Map(options)
  const kept = lines.flatMap((line) => {
    const key = keyOf(line)
    if (key === undefined) return [line]
    const value = left.get(key)
    left.delete(key)
    if (value === undefined) return []
    return [optionValue(line) === value ? line : lineOf([key, value])]
  })
  const end = kept.findLastIndex((line) => line.trim() !== '') + 1
  const last = kept[end - 1] ?? heading
  const separator = last.endsWith('\n') || left.size === 0 ? '' : '\n'
  return [
    before,
    heading,
    ...kept.slice(0, end),
    separator,
    ...[...left].map(lineOf),
    ...kept.slice(end),
    after,
  ].join('')
}

/** The text without the section; empty if no other is left. */
export function withoutRepoSection(text: string, id: string): string {
  const { before, section, after } = splitAt(text, id)
  if (section === undefined) return text
  const rest = `${before}${after}`
  return /^\s*\[/m.test(rest) ? rest : ''
}

function splitAt(text: string, id: string) {
  const sections = text.split(/^(?=\[)/m)
  const index = sections.findIndex((section) => /^\[([^\]]*)\]/.exec(section)?.[1]?.trim() === id)
  if (index < 0) return { before: text, section: undefined, after: '' }
  return {
    before: sections.slice(0, index).join(''),
    section: sections[index]!,
    after: sections.slice(index + 1).join(''),
  }
}

/** Lines with those that continue them, which begin with a blank. */
function entries(section: string): string[] {
  return section.split(/(?<=\n)(?![ \t]+\S)/)
}

function keyOf(entry: string): string | undefined {
  return /^([^#;\s=][^=]*?)\s*=/.exec(entry)?.[1]
}

function optionValue(entry: string): string {
  return entry
    .slice(entry.indexOf('=') + 1)
    .trim()
    .replace(/\s*\n\s*/g, ' ')
}

function lineOf([key, value]: readonly [string, string]): string {
  return `${key}=${value}\n`
}
