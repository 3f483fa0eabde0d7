// Defines the edits of editIni: plain data, whose values may be secrets.

import type { Secret } from '../../model/secrets/secret.ts'

/** A value as it is written in the file, on one line; `null`: the option has no `=` and no value. */
export type IniValue = string | number | boolean | null | Secret

type InSection = {
  /** The name between the brackets, as it is written: `remote "origin"`. Default: before the first section. */
  readonly section?: string
  /** Of several sections with this name, the one that has these options with these values. */
  readonly having?: { readonly [option: string]: IniValue | readonly IniValue[] }
}

/**
 * Makes a section have an option with these values, one line each, and no others unless `exclusive` is false. A missing
 * section is added.
 */
export type IniSetEdit = InSection & {
  readonly set: string
  readonly values: readonly IniValue[]
  readonly exclusive?: boolean
}

/** Removes an option, or only its lines with these values; having none is fine. */
export type IniRemoveEdit = InSection & { readonly remove: string; readonly values?: readonly IniValue[] }

/** Makes sure that there is a section of this name. */
export type IniSectionEdit = { readonly ensureSection: string; readonly having?: InSection['having'] }

/** Removes all sections of this name with what they hold, or the one with these options. */
export type IniRemoveSectionEdit = { readonly removeSection: string; readonly having?: InSection['having'] }

export type IniEdit = IniSetEdit | IniRemoveEdit | IniSectionEdit | IniRemoveSectionEdit

export type IniOptions = {
  /** Whether ` ;` and ` #` begin a comment after a value, as in php.ini and my.cnf. Default: false, as for systemd. */
  readonly inlineComments?: boolean
  /** Whether new options are written `a=b`. Default: as the others of the file; `a = b` in a file without any. */
  readonly noExtraSpaces?: boolean
}
