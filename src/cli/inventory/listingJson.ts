// Formats JSON like ansible-inventory.

/** JSON with sorted keys, four spaces and a line end. */
export function listingJson(value: unknown): string {
  return `${escapeUnseen(JSON.stringify(sorted(value), undefined, 4))}\n`
}

/** Escapes DEL, C1 and bidi characters, which JSON permits but a terminal would obey. */
export function escapeUnseen(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}
