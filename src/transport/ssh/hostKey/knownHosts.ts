// Reads known_hosts as OpenSSH does (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).

import { createHash, createHmac } from 'node:crypto'
import { matchesGlob, matchesPatterns } from '../config/patterns.ts'
import type { SshTarget } from '../config/target.ts'

/** A line: one key of the hosts it names. */
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

/** The entries of a known_hosts file. Comments, empty and invalid lines are left out. */
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

/** The name and port under which known_hosts lists a target: a HostKeyAlias stands for both. */
export function knownHostsAddress({ hostKeyAlias, host, port }: SshTarget): { host: string; port: number } {
  return hostKeyAlias === undefined ? { host, port } : { host: hostKeyAlias, port: 22 }
}

/** The name a host is listed under: `was-01`, or `[was-01]:2222` if the port is not 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** Whether known_hosts can list the name: with one of these characters, a line would name other hosts, or none. */
export function isListable(host: string): boolean {
  return !/[*?!,|#@\s]/.test(host)
}

/** The entries for this host. A matching negated pattern rules out the whole line. */
export function entriesFor(known: readonly KnownHostsEntry[], host: string, port: number): KnownHostsEntry[] {
  const name = knownHostsName(host, port)
  return known.filter(({ names }) => matchesPatterns(names, name, matchesKnownName))
}

function matchesKnownName(pattern: string, name: string): boolean {
  return pattern.startsWith('|1|') ? matchesHash(pattern, name) : matchesGlob(pattern.toLowerCase(), name)
}

function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|')
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

export type HostKeyStatus =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'revoked'; readonly entry: KnownHostsEntry }
  /** Another key is known for the host, preferably of the same type. */
  | { readonly kind: 'changed'; readonly entry: KnownHostsEntry }

/** Compares the key that a host sent with its entries. */
export function hostKeyStatus(lines: readonly KnownHostsEntry[], key: Buffer): HostKeyStatus {
  const same = lines.filter((line) => line.key.equals(key))
  const revoked = same.find((line) => line.marker === 'revoked')
  if (revoked) return { kind: 'revoked', entry: revoked }
  if (same.some((line) => line.marker === undefined)) return { kind: 'known' }
  const plain = lines.filter((line) => line.marker === undefined)
  const changed = plain.find((line) => line.type === keyType(key)) ?? plain[0]
  return changed ? { kind: 'changed', entry: changed } : { kind: 'unknown' }
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

/** Sorts host key algorithms by known keys first, so that a server with several keys shows the known one. */
export function preferKnownAlgorithms(
  algorithms: readonly string[],
  lines: readonly KnownHostsEntry[],
): string[] {
  const types = new Set(lines.filter((line) => line.marker === undefined).map((line) => line.type))
  const isKnown = (algorithm: string) => types.has(algorithm.replace(/^rsa-sha2-.*/, 'ssh-rsa'))
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))]
}
