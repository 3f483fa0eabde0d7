// Masks any number of secrets in texts, in time that grows with the text alone.

import { mask, revealedSecrets, type Secret } from './secret.ts'
import { secretEncodings } from './secretEncodings.ts'

/** Shorter texts are not masked: they would occur everywhere by chance. */
const minimumLength = 3

/** Longer patterns are looked up by their first characters, and then compared. */
const keyLength = 32

/** The patterns that start with the same three characters: by length of the key, then by the key, the longest first. */
type Bucket = Map<number, Map<string, string[]>>

/**
 * Returns a function that masks the secrets in a text, in all encodings. Each line of a secret is masked on its own, too.
 * Overlapping occurrences become one mask.
 *
 * A regular expression of all patterns fails on large secrets, and a search for each pattern takes too long with many.
 *
 * @example createMasker([secret('hunter2')])('a hunter2') // 'a ••••••••'
 */
export function createMasker(secrets: Iterable<Secret>): (text: string) => string {
  const buckets = bucketsOf(patternsOf(secrets))
  if (buckets.size === 0) return (text) => text
  return (text) => {
    let result = ''
    let copied = 0
    let maskedUntil = 0
    for (let at = 0; at + minimumLength <= text.length; at++) {
      const bucket = buckets.get(startCode(text, at))
      const end = bucket ? at + longestMatch(bucket, text, at) : 0
      if (end <= maskedUntil || end === at) continue
      if (at >= maskedUntil) {
        result += text.slice(copied, at) + mask
      }
      copied = maskedUntil = end
    }
    return copied === 0 ? text : result + text.slice(copied)
  }
}

let revealedMasker: { readonly count: number; readonly masked: (text: string) => string } | undefined

/** Masks the secrets whose values have been read so far; for texts that are cut, and for those outside of a run. */
export function maskRevealed(text: string): string {
  const secrets = revealedSecrets()
  if (revealedMasker?.count !== secrets.size)
    revealedMasker = { count: secrets.size, masked: createMasker([...secrets]) }
  return revealedMasker.masked(text)
}

function patternsOf(secrets: Iterable<Secret>): Set<string> {
  const texts = [...secrets].flatMap((each) => {
    const value = each.reveal()
    return value.includes('\n') ? [value, ...value.split('\n')] : [value]
  })
  return new Set(
    [...new Set(texts)].flatMap(secretEncodings).filter((text) => text.trim().length >= minimumLength),
  )
}

function bucketsOf(patterns: Iterable<string>): Map<number, Bucket> {
  const buckets = new Map<number, Bucket>()
  for (const pattern of patterns) {
    const code = startCode(pattern, 0)
    const bucket: Bucket = buckets.get(code) ?? new Map()
    const key = pattern.slice(0, keyLength)
    const byKey = bucket.get(key.length) ?? new Map<string, string[]>()
    const same = byKey.get(key) ?? []
    same.push(pattern)
    same.sort((one, other) => other.length - one.length)
    buckets.set(code, bucket.set(key.length, byKey.set(key, same)))
  }
  return buckets
}

/** Three characters as one number. */
function startCode(text: string, at: number): number {
  return (text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1)) * 0x10000 + text.charCodeAt(at + 2)
}

function longestMatch(bucket: Bucket, text: string, at: number): number {
  let longest = 0
  for (const [length, byKey] of bucket) {
    const found = byKey.get(text.slice(at, at + length))?.find((pattern) => text.startsWith(pattern, at))
    if (found !== undefined && found.length > longest) longest = found.length
  }
  return longest
}
