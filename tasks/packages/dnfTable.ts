// Reads the table in which dnf shows a transaction before it asks.

/** What dnf would do with a package, or with a stream or profile of a module. */
export type DnfTableRow = { readonly what: string; readonly from: string; readonly to: string }

/**
 * The packages and module streams of the table. A section has a heading at the beginning of the line; entries are
 * indented by one blank, and go on in lines that are indented further. The forms are those of dnf 4 and dnf5.
 */
export function parseTable(lines: readonly string[]): DnfTableRow[] {
  const planned: DnfTableRow[] = []
  let section = ''
  for (const entry of entries(lines)) {
    if (/^\S.*:$/.test(entry)) section = entry
    else if (/^\S/.test(entry)) section = ''
    else planned.push(...plannedBy(section, entry.trim().split(/\s+/)))
  }
  return planned
}

function entries(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines.filter((each) => each.trim() !== '')) {
    if (/^ {2,}/.test(line) && /^ \S/.test(joined.at(-1) ?? '')) joined.push(`${joined.pop()} ${line.trim()}`)
    else joined.push(line.trimEnd())
  }
  return joined
}

function plannedBy(
  section: string,
  [name = '', second = '', version = '']: readonly string[],
): DnfTableRow[] {
  const number = version.replace(/^\d+:/, '')
  if (/^Enabling module streams/i.test(section))
    return [{ what: `module ${name}`, from: 'not enabled', to: second }]
  if (/^Installing module profiles/i.test(section))
    return [{ what: `profile ${name}`, from: 'not installed', to: 'installed' }]
  if (/^(?:Disabling|Removing) module profiles/i.test(section))
    return [{ what: `profile ${name}`, from: 'installed', to: 'not installed' }]
  if (/^Resetting modules|^Disabling modules|groups?:$|environments?:$|profiles:$/i.test(section)) return []
  if (/^(?:Install|Reinstall)/i.test(section))
    return [{ what: `package ${name}`, from: 'not installed', to: number }]
  if (/^Upgrad/i.test(section)) return [{ what: `package ${name}`, from: 'older', to: number }]
  if (/^Downgrad/i.test(section)) return [{ what: `package ${name}`, from: 'newer', to: number }]
  if (/^Remov/i.test(section)) return [{ what: `package ${name}`, from: number, to: 'not installed' }]
  return []
}
