// Sets and removes entries in the text of a hosts file; the other lines keep their bytes.

import { isIP } from 'node:net'

export type HostsEdits = {
  /** Names by address. */
  readonly set: { readonly [address: string]: readonly string[] }
  /** Names and addresses. */
  readonly remove: readonly string[]
}

type Edit = { readonly what: string; readonly from: string; readonly to: string }

type Line = { text: string; readonly address?: string; readonly names: readonly string[] }

export function editHosts(
  before: string,
  { set, remove }: HostsEdits,
): { readonly text: string; readonly edits: readonly Edit[] } {
  const end = before.includes('\r\n') ? '\r\n' : '\n'
  const lines =
    before === ''
      ? []
      : before
          .replace(/\r?\n$/, '')
          .split(/\r?\n/)
          .map(parseLine)
  const edits: Edit[] = []
  for (const each of remove) removeEntry(lines, each, edits)
  for (const [address, names] of Object.entries(set)) setEntry(lines, address, names, edits)
  if (edits.length === 0) return { text: before, edits }
  return { text: lines.map(({ text }) => `${text}${end}`).join(''), edits }
}

function parseLine(text: string): Line {
  const [address, ...names] = text.replace(/#.*$/, '').trim().split(/\s+/)
  return address === '' || address === undefined ? { text, names: [] } : { text, address, names }
}

function setEntry(lines: Line[], address: string, names: readonly string[], edits: Edit[]): void {
  const isSame = (each: Line) => each.address !== undefined && canonical(each.address) === canonical(address)
  const family = isIP(address.replace(/%.+$/, ''))
  const own = lines.filter(isSame)
  const [first, ...others] = own
  const from = own.flatMap((each) => each.names)
  if (others.length > 0 || from.join(' ') !== names.join(' ')) {
    edits.push({ what: address, from: from.join(' ') || 'absent', to: names.join(' ') })
    if (first) replaceLine(lines, first, names)
    else lines.push(parseLine(`${address}\t${names.join(' ')}`))
    for (const each of others) lines.splice(lines.indexOf(each), 1)
  }
  for (const line of [...lines]) {
    const isOther =
      line.address !== undefined && !isSame(line) && isIP(line.address.replace(/%.+$/, '')) === family
    if (isOther) dropNames(lines, line, names, edits)
  }
}

function removeEntry(lines: Line[], each: string, edits: Edit[]): void {
  for (const line of [...lines]) {
    if (line.address === undefined) continue
    const isAddress = isIP(each) !== 0 && canonical(line.address) === canonical(each)
    dropNames(lines, line, isAddress ? line.names : [each], edits)
  }
}

function dropNames(lines: Line[], line: Line, names: readonly string[], edits: Edit[]): void {
  const left = line.names.filter((name) => !names.includes(name))
  if (left.length === line.names.length) return
  edits.push({ what: line.address!, from: line.names.join(' '), to: left.join(' ') || 'absent' })
  if (left.length > 0) replaceLine(lines, line, left)
  else lines.splice(lines.indexOf(line), 1)
}

/** The blanks around the address and the comment stay. */
function replaceLine(lines: Line[], line: Line, names: readonly string[]): void {
  const [, start = '', rest = ''] = /^(\s*\S+\s+)[^#]*?(\s*#.*)?$/.exec(line.text) ?? []
  const separator = start === '' ? `${line.address}\t` : start
  lines[lines.indexOf(line)] = parseLine(`${separator}${names.join(' ')}${rest}`)
}

/** IPv6 addresses have many spellings. */
function canonical(address: string): string {
  const [plain = '', zone] = address.split('%')
  if (isIP(plain) !== 6) return address
  const host = new URL(`http://[${plain}]`).hostname
  return zone === undefined ? host : `${host}%${zone}`
}
