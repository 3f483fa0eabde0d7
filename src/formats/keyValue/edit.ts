// Defines the edits and options of editKeyValue.

import type { Secret } from '../../model/secrets/secret.ts'

/** Sets a key to a plain value; quotes and escapes are added where they are needed. A `Secret` is never shown. */
export type KeyValueSetEdit = {
  readonly set: string
  readonly value: string | number | boolean | Secret
}

/** Removes all lines of a key; having none is fine. */
export type KeyValueRemoveEdit = { readonly remove: string }

export type KeyValueEdit = KeyValueSetEdit | KeyValueRemoveEdit

export type KeyValueOptions = {
  /**
   * How values are written. `shell`: as words of a shell (/etc/default/*, /etc/os-release). `none`: as they are, up to
   * the end of the line (sysctl.conf, login.defs). Default: `shell` if a value of the file is in quotes after a bare `=`.
   */
  readonly quotes?: 'shell' | 'none'
  /** What is between a new key and its value, without quotes. Default: what most lines have, else ` = `. */
  readonly separator?: string
}
