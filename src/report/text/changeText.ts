// Formats changes as `what   from → to`, without repeating the task's title.

import type { ReportedChange } from '../../model/run/outcome.ts'
import { sanitize } from '../output/sanitize.ts'

type ChangeText = {
  /** Goes on the title's own line. */
  readonly inline?: string
  /** Go on lines of their own. */
  readonly below: readonly string[]
}

type Group = { readonly what: string; readonly from: string; readonly to: string; readonly parts: string[] }

const maxNameWidth = 48
const maxValueLength = 120

/**
 * The text of a task's changes. Changes that differ only in the brackets after `what` share a line:
 * `port 8080/tcp   closed → open (permanent, runtime)`. A single change that repeats the title is put beside it.
 *
 * @param isWhole values are never abbreviated
 */
export function changeText(title: string, changes: readonly ReportedChange[], isWhole: boolean): ChangeText {
  const groups = groupChanges(changes)
  const [only] = groups
  if (groups.length === 1 && only && isInTitle(title, only.what))
    return { inline: valueText(only, isWhole), below: [] }
  const names = groups.map(({ what }) => sanitize(what))
  const width = Math.min(maxNameWidth, Math.max(0, ...names.map(({ length }) => length)))
  return {
    below: groups.map((group, n) => `${names[n]!.padEnd(width)}   ${valueText(group, isWhole)}`),
  }
}

function groupChanges(changes: readonly ReportedChange[]): Group[] {
  const groups = new Map<string, Group>()
  for (const { what, from, to } of changes) {
    const [, base = what, part] = /^(.*\S) \(([^()]+)\)$/s.exec(what) ?? []
    const key = JSON.stringify([base, from, to])
    const group = groups.get(key) ?? { what: base, from, to, parts: [] }
    if (part !== undefined) group.parts.push(part)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function isInTitle(title: string, what: string): boolean {
  const lowerTitle = title.toLowerCase()
  return what
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lowerTitle.includes(word))
}

function valueText({ from, to, parts }: Group, isWhole: boolean): string {
  const where = parts.length === 0 ? '' : ` (${sanitize(parts.join(', '))})`
  const [old, now] = [formatValue(from, isWhole), formatValue(to, isWhole)]
  if (old === '' || old === now) return `${now}${where}`
  return `${old} → ${now === '' ? 'nothing' : now}${where}`
}

function formatValue(text: string, isWhole: boolean): string {
  if (isWhole) return sanitize(text.replace(/\r?\n/g, '\\n'))
  const [first = '', ...rest] = text.trimEnd().split(/\r?\n/)
  const shown = sanitize(first)
  if (rest.length > 0) return `${abbreviate(shown)} … (${rest.length + 1} lines)`
  return shown.length > maxValueLength ? `${abbreviate(shown)} (${text.length} characters)` : shown
}

function abbreviate(text: string): string {
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength - 20)}…` : text
}
