// Reads a public key from a text, a file, or a URL with a fingerprint.

import { readFile } from 'node:fs/promises'
import {
  type Command,
  filePath,
  type Output,
  PlaybookError,
  quote,
  sh,
  shellText,
  text,
  z,
} from '../../../src/index.ts'
import { oneOrMany } from '../../params/oneOrMany.ts'
import { fingerprints, keyBytes } from './openPgp.ts'

/** The text of a key, a file on the controller or the host, or a URL. */
export const keySource = z
  .string()
  .min(1)
  .refine(
    (value) => !/^[a-z]+:\/\//i.test(value) || /^(?:https?|ftp):\/\/[^/@\s]+\/\S*$/.test(value),
    'expected an http or https URL without a password',
  )

export const keyFingerprint = oneOrMany(
  z
    .string()
    .transform((value) => value.replace(/^0x|\s/g, '').toUpperCase())
    .refine(
      (value) => /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(value),
      'expected a fingerprint of 40 or 64 hex digits',
    ),
)

type KeyKind = 'text' | 'url' | 'host' | 'controller'

export function keyKind(source: string): KeyKind {
  if (source.includes('\n') || source.includes('-----BEGIN ')) return 'text'
  if (/^[a-z]+:\/\//i.test(source)) return 'url'
  return filePath.safeParse(source).success ? 'host' : 'controller'
}

/** A key that the controller has: its bytes. @throws PlaybookError E_NO_SOURCE */
export async function controllerKey(
  source: string | undefined,
  find: (path: string) => string,
): Promise<Buffer | undefined> {
  if (source === undefined) return undefined
  const kind = keyKind(source)
  if (kind === 'text') return Buffer.from(source.endsWith('\n') ? source : `${source}\n`)
  if (kind !== 'controller') return undefined
  return readFile(find(source)).catch((cause: NodeJS.ErrnoException) => {
    throw new PlaybookError('E_NO_SOURCE', `The key ${source} cannot be read: ${cause.message}`, { cause })
  })
}

/** Downloads the key on the host, unless the condition says that it is there, and prints it as base64. */
export function downloadKeyScript(source: string, isThere: string): Command {
  if (keyKind(source) !== 'url') return shellText(':')
  return sh`${shellText(isThere)} && exit 0
t=$(mktemp -d) || exit
trap 'rm -rf -- "$t"' EXIT
if command -v curl >/dev/null 2>&1; then message=$(curl -fsSL --max-time 60 -o "$t/key" -- ${source} 2>&1)
elif command -v wget >/dev/null 2>&1; then message=$(wget -q -T 60 -O "$t/key" -- ${source} 2>&1)
elif [ -x /usr/lib/apt/apt-helper ]; then message=$(/usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file ${source} "$t/key" 2>&1)
else message='the host has neither curl nor wget'
fi || { echo "= failed $message"; exit 0; }
[ -s "$t/key" ] || { echo "= failed $message"; exit 0; }
echo '= key'
base64 "$t/key"`
}

/** What was downloaded: its bytes, why it was not, or nothing where the key is there. */
export type Downloaded = { readonly bytes?: Buffer; readonly failure?: string }

export function parseDownloaded(result: Output): Downloaded {
  const printed = text(result)
  if (printed.startsWith('= key\n'))
    return { bytes: Buffer.from(printed.slice(6).replace(/\s/g, ''), 'base64') }
  return printed.startsWith('= failed') ? { failure: printed.slice(9).trim() } : {}
}

/** @throws PlaybookError E_NO_KEY */
export function requireDownloaded({ bytes, failure }: Downloaded, url: string): Buffer {
  if (bytes) return bytes
  throw new PlaybookError('E_NO_KEY', `The host cannot download the key ${url}.`, {
    details: failure === undefined ? [] : failure.split('\n').slice(0, 5),
    hint: 'Does the host reach it? A key can be given as text or as a file of the controller too.',
  })
}

/** The fingerprints of the keys, which must be just those that are expected. @throws PlaybookError E_KEY, E_FINGERPRINT */
export function checkedFingerprints(
  bytes: Buffer,
  what: string,
  expected: readonly string[] | undefined,
): readonly string[] {
  const found = fingerprints(keyBytes(bytes, what), what)
  const foreign = expected ? found.filter((each) => !expected.includes(each)) : []
  const missing = expected?.filter((each) => !found.includes(each)) ?? []
  if (foreign.length === 0 && missing.length === 0) return found
  throw new PlaybookError('E_FINGERPRINT', `${what} is not the key that is expected.`, {
    details: [`expected ${expected!.join(', ')}`, `found    ${found.join(', ')}`],
    hint: 'Compare with what the publisher says of the key; a new key has a new fingerprint.',
  })
}

/** What an error calls the key. */
export function keyName(source: string): string {
  return keyKind(source) === 'text' ? 'The key' : `The key ${source}`
}

/** Whether a file holds keys whose fingerprints stand in its comment, as a condition of the shell. */
export function hasComment(path: string, expected: readonly string[]): string {
  return expected.map((each) => `grep -qs ${quote(each)} ${quote(path)}`).join(' && ')
}
