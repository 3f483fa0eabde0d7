// Finds the checksum of a file in a list of checksums, which the controller fetches.

import { type Checksum, type DigestAlgorithm, fetchText, PlaybookError, z } from '../../../src/index.ts'

/** A checksum to be looked up: `sha256:https://…/SHA256SUMS`. */
export type ListedChecksum = { readonly algorithm: DigestAlgorithm; readonly url: string }

export const listedChecksum = z
  .string()
  .regex(
    /^sha(?:224|256|384|512):https?:\/\/\S+$/i,
    'expected sha256: or another of SHA-2 before the address of a list of checksums',
  )
  .transform((text): ListedChecksum => {
    const [, algorithm = '', url = ''] = /^(\w+):(.*)$/.exec(text)!
    return { algorithm: algorithm.toLowerCase() as DigestAlgorithm, url }
  })

const digits = { sha224: 56, sha256: 64, sha384: 96, sha512: 128 } as const

/** @throws PlaybookError E_FETCH, E_NO_CHECKSUM */
export async function lookedUp(
  { algorithm, url }: ListedChecksum,
  names: readonly string[],
): Promise<Checksum> {
  const sums = sumsIn(await fetchText(url), digits[algorithm])
  const found = names.flatMap((name) => sums.filter((sum) => sum.name === name))[0]
  const only = sums.length === 1 && sums[0]!.name === undefined ? sums[0] : undefined
  const hex = (found ?? only)?.hex
  if (hex !== undefined) return { algorithm, hex }
  const listed = sums.flatMap(({ name }) => name ?? [])
  throw new PlaybookError('E_NO_CHECKSUM', `${url} has no ${algorithm} of ${names.join(' or ')}.`, {
    details: listed.slice(0, 10).map((name) => `It has one of ${name}`),
    hint:
      listed.length === 0 ? `A line of it would be ${digits[algorithm]} hex digits and a name.` : undefined,
  })
}

type Sum = { readonly hex: string; readonly name: string | undefined }

/** `HEX  NAME`, `HEX *NAME`, `SHA256 (NAME) = HEX`, or the hex alone. */
function sumsIn(text: string, length: number): Sum[] {
  return text.split(/\r?\n/).flatMap((line): Sum[] => {
    const [, tagged, ofTagged] =
      new RegExp(`^\\S+ \\((.+)\\) ?= ([0-9a-f]{${length}})$`, 'i').exec(line.trim()) ?? []
    if (ofTagged !== undefined) return [{ hex: ofTagged.toLowerCase(), name: baseName(tagged!) }]
    const [, hex, name] =
      new RegExp(`^\\\\?([0-9a-f]{${length}})(?:[ \\t]+\\*?(.+))?$`, 'i').exec(line.trim()) ?? []
    return hex === undefined ? [] : [{ hex: hex.toLowerCase(), name: name && baseName(name) }]
  })
}

function baseName(path: string): string {
  return path.trim().split('/').at(-1)!
}
