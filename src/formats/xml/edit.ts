// The edits that editXml understands and what it reports: plain data that survives JSON.

/**
 * A path to nodes of the document, in the subset of XPath 1.0 that `selector.ts` describes, or several of which the
 * first that matches anything is taken. Several are for an edit that changes what it selects by:
 * `["/Server/Service[@name='ECS']", "/Server/Service[@name='Catalina']"]` finds the service in the second run too.
 */
export type XmlSelector = string | readonly string[]

/** A value as it is meant, never escaped: `%t "%r"`, not `%t &quot;%r&quot;`. */
export type XmlValue = string | number | boolean

/** Attributes to set, in this order where they are new; `null` removes. */
export type XmlAttributes = { readonly [name: string]: XmlValue | null }

/**
 * An element as data. `children` or `text`, not both; where neither is given, what an existing element holds is left
 * as it is.
 *
 * @example { name: 'role', attributes: { rolename: 'manager-gui' } }
 */
export type ElementSpec = {
  readonly name: string
  readonly attributes?: { readonly [name: string]: XmlValue }
  readonly children?: readonly ElementSpec[]
  readonly text?: string
}

/**
 * Where a new child goes; selectors without a leading `/` start at the parent, and may point at comments.
 * `last` is right before the parent's closing tag.
 */
export type XmlPlace = 'first' | 'last' | { readonly after: XmlSelector } | { readonly before: XmlSelector }

/** Sets or removes attributes of one element (`all`: of every one that matches, and none is no fault then). */
export type SetEdit = {
  readonly set: XmlSelector
  readonly attributes: XmlAttributes
  readonly all?: boolean
}

/**
 * Brings a commented-out element to life, in place; the rest of the comment stays one. The selector names the element
 * as if it were live, or a comment (`/Server/Service/comment()[contains(., 'AJP')]`). Where a live one matches,
 * nothing is uncommented. `attributes` are then set on it as by `set`.
 */
export type UncommentEdit = { readonly uncomment: XmlSelector; readonly attributes?: XmlAttributes }

/** Turns a live element into a comment. */
export type CommentEdit = { readonly comment: XmlSelector }

/**
 * Makes sure that the parent has this child. Missing, it is inserted at `place` (the first of several that applies;
 * default `last`). Present, its attributes, and where `element` says what is in it its whole content, are made equal
 * in meaning; only what differs is touched, comments stay.
 *
 * `element` is data, or XML text of one element whose own layout is kept when it is inserted.
 * `match` tells how to recognise an existing one: attributes, or a selector from the parent. Without it, by the name
 * and the first attribute that the element has of id, name, className, protocol, path, key, username, rolename; or by the
 * text of its first child called …-name, …-class, extension or error-code; or by the name alone.
 */
export type EnsureEdit = {
  readonly ensure: XmlSelector
  readonly element: ElementSpec | string
  readonly match?: { readonly [name: string]: XmlValue } | XmlSelector
  readonly place?: XmlPlace | readonly XmlPlace[]
}

/** Removes one element or comment (`all`: every one that matches) with its line; none there is what was wanted. */
export type RemoveEdit = { readonly remove: XmlSelector; readonly all?: boolean }

/** Sets the text of one element (`all`: of every one that matches). White space around the text is kept. */
export type TextEdit = { readonly text: XmlSelector; readonly value: XmlValue; readonly all?: boolean }

export type XmlEdit = SetEdit | UncommentEdit | CommentEdit | EnsureEdit | RemoveEdit | TextEdit

/** One difference for people: `Connector[AJP/1.3] @port`, `8009`, `8010`. */
export type XmlChange = { readonly what: string; readonly from: string; readonly to: string }
