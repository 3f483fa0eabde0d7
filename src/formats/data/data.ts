// Plain data, as a document of JSON or YAML holds it, and comparing it.

/** The values of a document; `undefined`: there is no document. */
export type Data = string | number | boolean | null | undefined | readonly Data[] | DataObject
export type DataObject = { readonly [key: string]: Data }

/** A place in a document: keys of objects and indexes of lists. */
export type KeyPath = readonly (string | number)[]

export function isObject(data: Data): data is DataObject {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

export function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data)
}

/** The order of members does not count. */
export function isEqual(one: Data, other: Data): boolean {
  if (one === other) return true
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((each, index) => isEqual(each, other[index]))
  if (!isObject(one) || !isObject(other)) return Number.isNaN(one) && Number.isNaN(other)
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  )
}

export function memberOf(data: Data, key: string | number): Data {
  if (isList(data)) return data[Number(key)]
  return isObject(data) && Object.hasOwn(data, key) ? data[key] : undefined
}

/** The same object with a member, which is put last if it is new; `undefined` removes it. */
export function withMember(object: DataObject, key: string, value: Data): DataObject {
  const entries = Object.entries(object)
  const others = entries.filter(([each]) => each !== key)
  if (value === undefined) return fromEntries(others)
  return fromEntries(
    others.length === entries.length
      ? [...entries, [key, value]]
      : entries.map(([each, old]) => [each, each === key ? value : old]),
  )
}

/** `__proto__` is a key as any other. */
function fromEntries(entries: readonly (readonly [string, Data])[]): DataObject {
  return Object.fromEntries(entries)
}

/** `services.web.ports[0]`, and quoted where a key needs it. */
export function formatKeyPath(place: KeyPath): string {
  const text = place.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return /^[\w$@/-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  })
  return text.join('').replace(/^\./, '') || 'the document'
}
