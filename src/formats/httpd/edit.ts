// The edits that editHttpd understands and what it reports: plain data that survives JSON.

/** An argument as it is meant: `%h "%r"`, never quoted or escaped. Numbers and `on`, `off` (true, false) likewise. */
export type HttpdValue = string | number | boolean

/**
 * A directive or a section: its name, without case, and the arguments that it begins with. A bare string is the name.
 *
 * @example { name: 'LoadModule', args: ['rewrite_module'] }
 * @example { name: 'Directory', args: ['/data2'] }
 */
export type HttpdSelector = string | { readonly name: string; readonly args?: readonly HttpdValue[] }

/** The sections around something, the outermost first; all their arguments count. Empty is the file's top level. */
export type HttpdPath = readonly { readonly name: string; readonly args?: readonly HttpdValue[] }[]

/** A directive as data. */
export type DirectiveSpec = { readonly name: string; readonly args?: readonly HttpdValue[] }

/** A section as data: what has `content`. */
export type SectionSpec = DirectiveSpec & { readonly content: readonly HttpdNode[] }

export type HttpdNode = DirectiveSpec | SectionSpec

/**
 * Where something new goes, beside others of the same section: `first`, `last`, or at what a selector names, which may
 * be commented out. Of several, `after` takes the last and `before` the first.
 */
export type HttpdPlace =
  | 'first'
  | 'last'
  | { readonly after: HttpdSelector }
  | { readonly before: HttpdSelector }

type Placement = {
  /** In which section; the top level if not given. */
  readonly in?: HttpdPath
  /** The first of several that applies. Default: after the last of the same name, else `last`. */
  readonly place?: HttpdPlace | readonly HttpdPlace[]
}

/**
 * Makes sure that a directive stands there, live, with exactly these arguments. A live one of the same key is given
 * them, of several the last, which is the one that httpd goes by; else a commented-out one is enabled in place; else a
 * new line is inserted. `key` is how many of the leading arguments tell directives of this name apart (negative: of
 * the trailing ones). It is known for those that may stand there many times (Listen, LoadModule, AddType, ErrorDocument,
 * Header, JkMount, LogFormat …: see `keyLength`), and 0 for all others: one of the name.
 *
 * @example { set: 'Timeout', args: [60], place: { after: 'ServerName' } }
 * @example { set: 'User', args: ['ecsuser'], in: [{ name: 'IfModule', args: ['unixd_module'] }] }
 */
export type HttpdSetEdit = Placement & {
  readonly set: string
  readonly args?: readonly HttpdValue[]
  readonly key?: number
}

/** Brings a commented-out directive or section to life, in place, as it is. A live one is what was wanted. */
export type HttpdUncommentEdit = {
  readonly uncomment: string
  /** The arguments it begins with. */
  readonly args?: readonly HttpdValue[]
  readonly in?: HttpdPath
}

/** Comments out every live directive or section of the name that begins with these arguments. */
export type HttpdCommentEdit = {
  readonly comment: string
  readonly args?: readonly HttpdValue[]
  readonly in?: HttpdPath
}

/** Removes every live directive or section of the name that begins with these arguments; none is what was wanted. */
export type HttpdRemoveEdit = {
  readonly remove: string
  readonly args?: readonly HttpdValue[]
  readonly in?: HttpdPath
}

/**
 * Makes sure that a section of this name and these arguments stands there and means exactly `content`: what it holds
 * besides is removed, or left with `keepsOthers`. Only what differs is touched; comments stay. Of several such sections
 * the one that means this already is taken, else the only one that shares a directive with `content`; or say which one:
 * `having` a directive or section of that name (where no section has it, a new one is inserted); or make it the `only` one:
 * the first is taken, and the others are removed.
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

/** One difference for people: `Timeout`, `300`, `60`. */
export type HttpdChange = { readonly what: string; readonly from: string; readonly to: string }
