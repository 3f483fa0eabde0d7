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

function plannedBy(section: string, words: readonly string[]): DnfTableRow[] {
  const [name = '', second = '', version = ''] = words
  const number = version.replace(/^\d+:/, '')
  const old = replacedBy(words)
  const before = old.find((each) => each.name === name)?.version
  const gone = old
    .filter((each) => each.name !== name)
    .map((each) => ({ what: `package ${each.name}`, from: each.version, to: 'not installed' }))
  if (/^Enabling module streams/i.test(section))
    return [{ what: `module ${name}`, from: 'not enabled', to: second }]
  if (/^Installing module profiles/i.test(section))
    return [{ what: `profile ${name}`, from: 'not installed', to: 'installed' }]
  if (/^(?:Disabling|Removing) module profiles/i.test(section))
    return [{ what: `profile ${name}`, from: 'installed', to: 'not installed' }]
  if (
    /^Resetting modules|^Disabling modules|groups?(?: dependencies)?:$|environments?:$|profiles:$/i.test(
      section,
    )
  )
    return []
  if (/^(?:Install|Reinstall)/i.test(section))
    return [{ what: `package ${name}`, from: before ?? 'not installed', to: number }, ...gone]
  if (/^Upgrad/i.test(section))
    return [{ what: `package ${name}`, from: before ?? 'older', to: number }, ...gone]
  if (/^Downgrad/i.test(section))
    return [{ what: `package ${name}`, from: before ?? 'newer', to: number }, ...gone]
  if (/^Remov/i.test(section)) return [{ what: `package ${name}`, from: number, to: 'not installed' }]
  return []
}

/** dnf 4 has `replacing NAME.ARCH VERSION` for names that differ, dnf 5 `replacing NAME ARCH EPOCH:VERSION` for all. */
function replacedBy(words: readonly string[]): { readonly name: string; readonly version: string }[] {
  return words.flatMap((word, at) => {
    const [name = '', second = '', third = ''] = words.slice(at + 1)
    if (word !== 'replacing') return []
    return /^\d+:/.test(third)
      ? [{ name, version: third.replace(/^\d+:/, '') }]
      : [{ name: name.replace(/\.\w+$/, ''), version: second.replace(/^\d+:/, '') }]
  })
}
