// The edits that editProperties understands and what it reports.

import type { Secret } from '../../model/secrets/secret.ts'

/** Sets a key; a new one goes after the key named, or to the end. A `Secret` is written, and shown nowhere. */
export type PropertySetEdit = {
  readonly set: string
  readonly value: string | number | boolean | Secret
  readonly after?: string
}

/** Removes a key, every time it stands there; none is what was wanted. */
export type PropertyRemoveEdit = { readonly remove: string }

export type PropertiesEdit = PropertySetEdit | PropertyRemoveEdit

/** One difference for people: `worker.ecs1.port`, `8009`, `8010`. */
export type PropertiesChange = { readonly what: string; readonly from: string; readonly to: string }

/** As `java.util.Properties.load(InputStream)` reads: ISO-8859-1 and `\uXXXX`; or `utf-8`, as with a Reader. */
export type PropertiesEncoding = 'iso-8859-1' | 'utf-8'

export type PropertiesOptions = { readonly encoding?: PropertiesEncoding }
