// Sets and removes host keys in the text of a known_hosts file; the other lines stay.

import { createHmac } from 'node:crypto'

export type HostKey = { readonly type: string; readonly blob: string }

type KnownHostsEdit = {
  /** As ssh writes it: lower case, `[host]:port`. */
  readonly name: string
  readonly keys: readonly HostKey[]
  readonly state: 'present' | 'absent'
  /** For a new line with a hashed name. */
  readonly salt?: Buffer
}

type Edit = { readonly what: string; readonly from: string; readonly to: string }

export function editKnownHosts(
  before: string,
  { name, keys, state, salt }: KnownHostsEdit,
): { readonly text: string; readonly edits: readonly Edit[] } {
  const edits: Edit[] = []
  const lines = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const remove = (isGone: (entry: Entry) => boolean) => {
    for (const [index, line] of [...lines.entries()].reverse()) {
      const entry = parseLine(line)
      if (!entry || !hasName(entry, name) || !isGone(entry)) continue
      edits.push({ what: `${name} ${entry.type}`, from: shown(entry), to: 'absent' })
      const others = entry.names.filter((each) => !isName(each, name))
      if (others.length === 0) lines.splice(index, 1)
      else lines[index] = line.replace(/\S+/, others.join(','))
    }
  }
  if (state === 'absent')
    remove(
      ({ type, blob }) => keys.length === 0 || keys.some((key) => key.type === type && key.blob === blob),
    )
  else {
    for (const key of keys) {
      const present = lines.map(parseLine).filter((entry) => entry !== undefined && hasName(entry, name))
      const ofType = present.filter((entry) => entry!.type === key.type)
      if (ofType.length > 0 && ofType.every((entry) => entry!.blob === key.blob)) continue
      const [old] = ofType.filter((entry) => entry!.blob !== key.blob)
      const count = edits.length
      remove(({ type, blob }) => type === key.type && blob !== key.blob)
      edits.splice(count)
      edits.push({ what: `${name} ${key.type}`, from: old ? shown(old) : 'absent', to: shown(key) })
      if (!ofType.some((entry) => entry!.blob === key.blob))
        lines.push(`${salt ? hashed(name, salt) : name} ${key.type} ${key.blob}`)
    }
  }
  if (edits.length === 0) return { text: before, edits }
  return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, edits }
}

type Entry = HostKey & { readonly names: readonly string[] }

/** undefined for comments, and for lines with a marker (@cert-authority, @revoked), which are left alone. */
function parseLine(line: string): Entry | undefined {
  const [names = '', type, blob] = line.trim().split(/\s+/)
  if (/^(?:#|@|$)/.test(names) || type === undefined || blob === undefined) return undefined
  return { names: names.split(','), type, blob }
}

function hasName({ names }: Entry, name: string): boolean {
  return names.some((each) => isName(each, name))
}

/** Patterns are no names. */
function isName(written: string, name: string): boolean {
  const [, salt = '', hash] = /^\|1\|([^|]+)\|(.+)$/.exec(written) ?? []
  if (hash === undefined) return written.toLowerCase() === name
  return hashed(name, Buffer.from(salt, 'base64')) === written
}

function hashed(name: string, salt: Buffer): string {
  const hash = createHmac('sha1', salt).update(name).digest('base64')
  return `|1|${salt.toString('base64')}|${hash}`
}

function shown({ blob }: HostKey): string {
  return `key …${blob.replace(/=+$/, '').slice(-8)}`
}
