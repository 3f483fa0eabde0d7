// Defines the edits and changes of editHttpd: plain data, whose values may be secrets.

import type { Secret } from '../../model/secrets/secret.ts'
import type { EditChange } from '../shared/change.ts'

/**
 * An argument without quotes and escapes: `%h "%r"`. `true` and `false` are `on` and `off`. A `Secret` is written, but
 * never shown.
 */
export type HttpdValue = string | number | boolean | Secret

/**
 * A directive or a section: its name, in any case, and its first arguments. A bare string is the name.
 *
 * @example { name: 'LoadModule', args: ['rewrite_module'] }
 * @example { name: 'Directory', args: ['/data2'] }
 */
export type HttpdSelector = string | { readonly name: string; readonly args?: readonly HttpdValue[] }

/** The enclosing sections, outermost first, with all their arguments. Empty is the top level of the file. */
export type HttpdPath = readonly { readonly name: string; readonly args?: readonly HttpdValue[] }[]

/** A directive as data. */
export type DirectiveSpec = { readonly name: string; readonly args?: readonly HttpdValue[] }

/** A section as data: a directive with `content`. */
export type SectionSpec = DirectiveSpec & { readonly content: readonly HttpdNode[] }

export type HttpdNode = DirectiveSpec | SectionSpec

/**
 * Where something new goes in its section: `first`, `last`, or beside what a selector matches, which may be commented
 * out. Of several matches, `after` uses the last and `before` the first.
 */
export type HttpdPlace =
  | 'first'
  | 'last'
  | { readonly after: HttpdSelector }
  | { readonly before: HttpdSelector }

type Placement = {
  /** The section; default the top level. */
  readonly in?: HttpdPath
  /** The first of several that applies. Default: after the last of the same name, else `last`. */
  readonly place?: HttpdPlace | readonly HttpdPlace[]
}

/**
 * Makes sure that a directive is live, with exactly these arguments. A live one of the same key is changed, of several
 * the last, which is the one that httpd uses; else a commented-out one is enabled in place; else a new line is inserted.
 * `key` is how many of the leading arguments identify a directive of this name (negative: of the trailing ones). It is
 * known for those that may occur many times (Listen, LoadModule, AddType, ErrorDocument, Header, JkMount, LogFormat …:
 * see `keyLength`), and 0 for all others, which occur once.
 *
 * @example { set: 'Timeout', args: [60], place: { after: 'ServerName' } }
 * @example { set: 'User', args: ['ecsuser'], in: [{ name: 'IfModule', args: ['unixd_module'] }] }
 */
export type HttpdSetEdit = Placement & {
  readonly set: string
  readonly args?: readonly HttpdValue[]
  readonly key?: number
}

/** Uncomments a directive or section in place, as it is. A live one is left alone. */
export type HttpdUncommentEdit = {
  readonly uncomment: string
  /** Its first arguments. */
  readonly args?: readonly HttpdValue[]
  readonly in?: HttpdPath
}

/** Comments out every live directive or section of the name with these first arguments. */
export type HttpdCommentEdit = {
  readonly comment: string
  readonly args?: readonly HttpdValue[]
  readonly in?: HttpdPath
}

/** Removes every live directive or section of the name with these first arguments; having none is fine. */
export type HttpdRemoveEdit = {
  readonly remove: string
  readonly args?: readonly HttpdValue[]
  readonly in?: HttpdPath
}

/**
 * Makes sure that a section of this name and these arguments exists, with exactly `content`: anything else in it is
 * removed, or left with `keepsOthers`. Only what differs is touched; comments stay. Of several such sections, the one
 * that has this content already is used, else the only one that shares a directive with `content`. To choose, use
 * `having` (a directive or section in it; if no section has it, a new one is inserted) or `only` (the first is used, and
 * the others are removed).
 *
 * @example { section: 'Directory', args: ['/data2'], content: [{ name: 'Require', args: ['all', 'granted'] }] }
 */
export type HttpdSectionEdit = Placement & {
  readonly section: string
  readonly args?: readonly HttpdValue[]
  readonly content: readonly HttpdNode[]
  readonly keepsOthers?: boolean
  readonly having?: HttpdSelector
  readonly only?: boolean
}

export type HttpdEdit =
  | HttpdSetEdit
  | HttpdUncommentEdit
  | HttpdCommentEdit
  | HttpdRemoveEdit
  | HttpdSectionEdit

/** One change for people: `Timeout`, `300`, `60`. */
export type HttpdChange = EditChange
