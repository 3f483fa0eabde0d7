// known_hosts as OpenSSH reads it: which keys are known for a host (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).

import { createHash, createHmac } from 'node:crypto'

/** A line that names keys of hosts. */
export type KnownHostsEntry = {
  readonly file: string
  readonly line: number
  readonly marker?: 'revoked' | 'cert-authority'
  /** Patterns as written, or one hashed name. */
  readonly names: readonly string[]
  readonly type: string
  /** The key's bytes, as sent by a server. */
  readonly key: Buffer
}

/** The lines of a known_hosts file. Comments, empty lines and what cannot be read are left out. */
export function parseKnownHosts(text: string, file: string): KnownHostsEntry[] {
  return text.split('\n').flatMap((line, index) => parseLine(line.trim(), file, index + 1) ?? [])
}

function parseLine(text: string, file: string, line: number): KnownHostsEntry | undefined {
  if (text === '' || text.startsWith('#')) return undefined
  const words = text.split(/[ \t]+/)
  const marker = words[0]!.startsWith('@') ? words.shift()!.slice(1) : undefined
  const [names, type, base64] = words
  if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return undefined
  if (names === undefined || type === undefined || base64 === undefined) return undefined
  return { file, line, marker, names: names.split(','), type, key: Buffer.from(base64, 'base64') }
}

/** The name a host is listed under: `was-01`, and `[was-01]:2222` where the port is not 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** The lines that are about this host. A negated pattern that matches takes the whole line out. */
export function entriesFor(known: readonly KnownHostsEntry[], host: string, port: number): KnownHostsEntry[] {
  const name = knownHostsName(host, port)
  return known.filter(({ names }) => matchesNames(names, name))
}

function matchesNames(names: readonly string[], name: string): boolean {
  if (names.some((each) => each.startsWith('!') && matchesPattern(each.slice(1), name))) return false
  return names.some((each) => !each.startsWith('!') && matchesPattern(each, name))
}

function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.startsWith('|1|')) return matchesHash(pattern, name)
  const escaped = pattern.toLowerCase().replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}

function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|')
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

export type HostKeyStatus =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked'; readonly line: KnownHostsEntry }
  /** Another key is known for the host, of this type if there is one, else of another type. */
  | { readonly kind: 'changed'; readonly line: KnownHostsEntry }

/** What the lines about a host say of the key it sent. */
export function hostKeyStatus(lines: readonly KnownHostsEntry[], key: Buffer): HostKeyStatus {
  const same = lines.filter((line) => line.key.equals(key))
  const revoked = same.find((line) => line.marker === 'revoked')
  if (revoked) return { kind: 'revoked', line: revoked }
  if (same.some((line) => line.marker === undefined)) return { kind: 'known' }
  const plain = lines.filter((line) => line.marker === undefined)
  const changed = plain.find((line) => line.type === keyType(key)) ?? plain[0]
  return changed ? { kind: 'changed', line: changed } : { kind: 'unknown' }
}

/** `ssh-ed25519`: the first field of a key's bytes. */
export function keyType(key: Buffer): string {
  return key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

/** `SHA256:…`, as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The line to add to known_hosts for this key. */
export function knownHostsLine(host: string, port: number, key: Buffer): string {
  return `${knownHostsName(host, port)} ${keyType(key)} ${key.toString('base64')}`
}

/**
 * Host key algorithms in the order to ask for: first those of known keys, so that a server with several keys
 * shows the one we know.
 */
export function preferKnownAlgorithms(
  algorithms: readonly string[],
  lines: readonly KnownHostsEntry[],
): string[] {
  const types = new Set(lines.filter((line) => line.marker === undefined).map((line) => line.type))
  const isKnown = (algorithm: string) => types.has(algorithm.replace(/^rsa-sha2-.*/, 'ssh-rsa'))
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))]
}
