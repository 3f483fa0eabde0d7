// Formats the places that set a variable.

import type { VarOwner } from '../../inventory/vars/hostVars.ts'
import { resolvedError } from '../../inventory/views/resolved.ts'
import type { Origin, VarOrigins } from '../../inventory/views/varOrigins.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { formatLocation } from '../../model/errors/location.ts'
import { maskRevealed } from '../../model/secrets/masker.ts'
import { mask, Secret } from '../../model/secrets/secret.ts'
import { shortPath } from '../../userCode/shortPath.ts'
import { escapeUnseen } from './listingJson.ts'

/** One line per place, lowest precedence first, location first so that terminals make it a link; secrets are masked. */
export function whereText({ origins, result, overrides: others }: VarOrigins): string {
  const rows = origins.map((origin, index) => [...cells(origin), precedenceText(origins, index)])
  const more = others.map(({ origin, hosts }) => [...cells(origin), `wins for ${hosts.join(', ')}`])
  const all = [...rows, ...more]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return all.map((row) => `${line(row).trimEnd()}\n`).join('') + (result ? resultText(result) : '')
}

/** What comes of the templates in the value, and of what. */
function resultText({ value, parts }: NonNullable<VarOrigins['result']>): string {
  const rows = parts.map(({ name, origin, value: part }) => [
    name,
    origin ? cells(origin)[0]! : 'magic variable',
    origin ? valueText(origin.value) : '',
    origin && isTemplate(origin.value) ? `→ ${resultValue(part)}` : '',
  ])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [`→ ${resultValue(value)}`, ...lines.map((each) => `    ${each}`), ''].join('\n')
}

function isTemplate(value: unknown): boolean {
  return /\{[{%#]/.test(JSON.stringify(value) ?? '')
}

function resultValue(value: unknown): string {
  if (!(value instanceof PlaybookError)) return valueText(value)
  return `${resolvedError(value)}${value.hint ? `  ${value.hint}` : ''}`
}

function precedenceText(origins: readonly Origin[], index: number): string {
  if (index === origins.length - 1) return origins.length === 1 ? 'wins' : 'overrides the above'
  return 'overridden'
}

function cells({ where, owner, value }: Origin): string[] {
  const location = where
    ? formatLocation({ ...where, file: shortPath(where.file, process.cwd()) })
    : owner.kind === 'extra'
      ? '-e'
      : '-'
  return [location, ownerText(owner), valueText(value)]
}

function ownerText(owner: VarOwner): string {
  return owner.kind === 'extra' ? 'command line' : `${owner.kind} ${owner.name}`
}

/** The value on one line. */
function valueText(value: unknown): string {
  if (value === undefined) return '(not set)'
  if (value instanceof Secret) return mask
  const text = maskRevealed(escapeUnseen(JSON.stringify(value)))
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
