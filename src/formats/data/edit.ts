// Defines the edits of editJson and editYaml: plain data, whose values may be secrets.

import type { Secret } from '../../model/secrets/secret.ts'

/** A value of JSON; texts may be secrets, which are written and never shown. */
export type DataValue =
  | string
  | number
  | boolean
  | null
  | Secret
  | readonly DataValue[]
  | { readonly [key: string]: DataValue }

/** A key, an index from 0, or what one item of a list has: `{ name: 'web' }`. */
export type DataStep = string | number | { readonly [key: string]: string | number | boolean | null }

/**
 * Where a value is: a JSON Pointer (RFC 6901) such as `/services/web/image`, or a list of steps, as
 * `['users', { name: 'anna' }, 'shell']`. `''` and `[]` are the whole document.
 */
export type DataPath = string | readonly DataStep[]

/** Makes a value equal to this one; only what differs inside is touched. Missing parents are made. */
export type DataSetEdit = { readonly set: DataPath; readonly value: DataValue }

/** Makes an object have these members, and those inside them; others stay. Lists are made equal. */
export type DataMergeEdit = {
  readonly merge: DataPath
  readonly value: { readonly [key: string]: DataValue }
}

/** Removes a member or an item; having none is fine. */
export type DataRemoveEdit = { readonly remove: DataPath }

/** Makes a list have these items, adding those that are missing to its end. */
export type DataIncludeEdit = { readonly include: DataPath; readonly items: readonly DataValue[] }

/** Removes all items of a list that are equal to one of these. */
export type DataExcludeEdit = { readonly exclude: DataPath; readonly items: readonly DataValue[] }

export type DataEdit = DataSetEdit | DataMergeEdit | DataRemoveEdit | DataIncludeEdit | DataExcludeEdit
