// Defines the edits, options and changes of editProperties.

import type { Secret } from '../../model/secrets/secret.ts'
import type { EditChange } from '../shared/change.ts'

/** Sets a key; a new one goes after the key `after`, or to the end. A `Secret` is written, but never shown. */
export type PropertySetEdit = {
  readonly set: string
  readonly value: string | number | boolean | Secret
  readonly after?: string
}

/** Removes all occurrences of a key; having none is fine. */
export type PropertyRemoveEdit = { readonly remove: string }

export type PropertiesEdit = PropertySetEdit | PropertyRemoveEdit

/** One change for people: `worker.ecs1.port`, `8009`, `8010`. */
export type PropertiesChange = EditChange

/** As `java.util.Properties.load(InputStream)` reads: ISO-8859-1 and `\uXXXX`; or `utf-8`, as with a Reader. */
export type PropertiesEncoding = 'iso-8859-1' | 'utf-8'

export type PropertiesOptions = { readonly encoding?: PropertiesEncoding }
