// Decodes the typed objects in Ansible's JSON: vault values and unsafe text.

import type { SourceLocation } from '../../model/errors/location.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import { locationOf, type MapEntry, type SourceNode } from './sourceNode.ts'

/** Makes a secret of a vault's ciphertext. */
export type OpenVault = (ciphertext: string, where: () => SourceLocation | undefined) => Secret

/** Whether a JSON text may contain such an object: most do not, and need no decoding. */
export function mayHaveAnsibleTypes(text: string): boolean {
  return text.includes('__ansible_')
}

/** Turns `{"__ansible_vault": …}` into secrets and `{"__ansible_unsafe": …}` into text without Jinja. */
export function decodeAnsibleTypes(node: SourceNode, openVault: OpenVault): SourceNode {
  const decoded = decodedValue(node, openVault)
  if (decoded) return decoded
  if (node.items) {
    const items = node.items.map((item) => decodeAnsibleTypes(item, openVault))
    return { ...node, items, value: Object.freeze(items.map(({ value }) => value)) }
  }
  if (!node.entries) return node
  const entries = new Map<string, MapEntry>()
  for (const [key, entry] of node.entries)
    entries.set(key, { ...entry, node: decodeAnsibleTypes(entry.node, openVault) })
  const value = Object.fromEntries([...entries].map(([key, entry]) => [key, entry.node.value]))
  return { ...node, entries, value: Object.freeze(value) }
}

function decodedValue({ entries, source, offset }: SourceNode, openVault: OpenVault): SourceNode | undefined {
  if (entries?.size !== 1) return undefined
  const { key, node } = [...entries.values()][0]!
  if (typeof node.value !== 'string') return undefined
  if (key === '__ansible_unsafe') return { value: node.value, source, offset, isUnsafe: true }
  if (key !== '__ansible_vault') return undefined
  return { value: openVault(node.value, () => locationOf(node)), source, offset }
}
