// Lays out facts of hosts as a table in which equal answers are one line.

import { displayWidth } from '../../report/output/displayWidth.ts'
import { sanitize } from '../../report/output/sanitize.ts'

/** What a host answered, by the names of the facts. */
export type HostAnswers = { readonly host: string; readonly facts: Readonly<Record<string, unknown>> }

type Row = { readonly name: string; readonly text: string; readonly hosts: string[] }

/** Columns: fact, answer, the hosts that gave it. A fact that all hosts answer alike names no hosts but their number. */
export function factTable(answers: readonly HostAnswers[]): string {
  const rows = foldedRows(answers)
  const width = (column: (row: Row) => string) => Math.max(0, ...rows.map((row) => displayWidth(column(row))))
  const [names, texts] = [
    width(({ name }) => name),
    Math.min(
      60,
      width(({ text }) => text),
    ),
  ]
  const pad = (text: string, columns: number) => text + ' '.repeat(Math.max(0, columns - displayWidth(text)))
  return rows
    .map(({ name, text, hosts }, index) => {
      const shown = index > 0 && rows[index - 1]!.name === name ? '' : name
      return `${pad(shown, names)}  ${pad(text, texts)}  ${hostsText(hosts, answers.length)}\n`
    })
    .join('')
}

function hostsText(hosts: readonly string[], all: number): string {
  return hosts.length === all && all > 1 ? `all ${all} hosts` : hosts.join(' ')
}

/** In the order of the facts, and of the hosts that first gave an answer. */
function foldedRows(answers: readonly HostAnswers[]): Row[] {
  const byName = new Map<string, Map<string, Row>>()
  for (const { host, facts } of answers) {
    for (const [name, value] of Object.entries(facts).flatMap(([name, value]) => leaves(name, value))) {
      const rows = byName.get(name) ?? new Map<string, Row>()
      const text = sanitize(value)
      const row = rows.get(text) ?? { name: sanitize(name), text, hosts: [] }
      row.hosts.push(host)
      byName.set(name, rows.set(text, row))
    }
  }
  return [...byName.values()].flatMap((rows) => [...rows.values()])
}

/** One for each member of an object; mounts and interfaces are one each, by their names. */
function leaves(name: string, value: unknown): [name: string, text: string][] {
  if (Array.isArray(value)) {
    if (value.length === 0 || value.some((each) => typeof each !== 'object'))
      return [[name, value.length === 0 ? '-' : value.join(' ')]]
    return value.map((each) => [
      `${name} ${each.path ?? each.name ?? each.mount ?? ''}`.trim(),
      itemText(each),
    ])
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) => leaves(`${name}.${key}`, part))
  return [[name, leafText(name, value)]]
}

const inBytes = /(^memory\.|^mounts?\b.*(size|available)$)/

function leafText(name: string, value: unknown): string {
  if (value === undefined || value === '') return '-'
  return typeof value === 'number' && inBytes.test(name) ? bytesText(value) : String(value)
}

/** The members of a mount or an interface on one line, without their name. */
function itemText(item: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(item).filter(
    ([key]) => !['path', 'name', 'mount', 'options', 'sectorSize'].includes(key),
  )
  return shown.flatMap(([key, value]) => memberText(key, value)).join(' ')
}

function memberText(key: string, value: unknown): string[] {
  if (value === undefined || value === '') return []
  if (Array.isArray(value))
    return value.map(
      (each) => each.name ?? (each.prefix === undefined ? String(each) : `${each.address}/${each.prefix}`),
    )
  if (typeof value === 'boolean' && key !== 'isUp') return value ? [key.replace(/^is/, '').toLowerCase()] : []
  if (key === 'isUp') return [value ? 'up' : 'down']
  if (key === 'mtu') return [`mtu ${value}`]
  if (key === 'available' || key === 'size_available') return [`(${bytesText(Number(value))} available)`]
  return [key.startsWith('size') ? bytesText(Number(value)) : String(value)]
}

function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
