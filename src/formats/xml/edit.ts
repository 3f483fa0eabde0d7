// Defines the edits and changes of editXml: plain data, whose values may be secrets.

import type { Secret } from '../../model/secrets/secret.ts'
import type { EditChange } from '../shared/change.ts'

/**
 * A path to nodes of the document, in the subset of XPath 1.0 that `parseSelector` describes; or several, of which the
 * first that matches anything is used. Several are for an edit that changes what it selects by:
 * `["/Server/Service[@name='ECS']", "/Server/Service[@name='Catalina']"]` finds the service in the second run too.
 */
export type XmlSelector = string | readonly string[]

/** An unescaped value: `%t "%r"`, not `%t &quot;%r&quot;`. A `Secret` is written, but never shown. */
export type XmlValue = string | number | boolean | Secret

/** Attributes to set, in this order where they are new; `null` removes. */
export type XmlAttributes = { readonly [name: string]: XmlValue | null }

/**
 * An element as data. `children` or `text`, not both; without either, the content of an existing element is left alone.
 *
 * @example { name: 'role', attributes: { rolename: 'manager-gui' } }
 */
export type ElementSpec = {
  readonly name: string
  readonly attributes?: { readonly [name: string]: XmlValue }
  readonly children?: readonly ElementSpec[]
  readonly text?: string | Secret
}

/**
 * Where a new child goes. Selectors without a leading `/` start at the parent, and may select comments.
 * `last` is right before the parent's closing tag.
 */
export type XmlPlace = 'first' | 'last' | { readonly after: XmlSelector } | { readonly before: XmlSelector }

/** Sets or removes attributes of one element (`all`: of every match, of which there may be none). */
export type SetEdit = {
  readonly set: XmlSelector
  readonly attributes: XmlAttributes
  readonly all?: boolean
}

/**
 * Uncomments an element in place; the rest of the comment stays a comment. The selector names the element as if it were
 * live, or the comment (`/Server/Service/comment()[contains(., 'AJP')]`). If a live element matches, nothing is
 * uncommented. `attributes` are then set on the element, as by `set`.
 */
export type UncommentEdit = { readonly uncomment: XmlSelector; readonly attributes?: XmlAttributes }

/** Turns a live element into a comment. */
export type CommentEdit = { readonly comment: XmlSelector }

/**
 * Makes sure that the parent has this child. A missing one is inserted at `place` (the first of several that applies;
 * default `last`). Of an existing one, the attributes are made equal in meaning, and so is its content if `element` has
 * any; only what differs is touched, comments stay.
 *
 * `element` is data, or XML text of one element, whose layout is kept when it is inserted.
 * `match` tells how to recognize an existing one: attributes, or a selector from the parent. Without it, by the name
 * and the first attribute that the element has of id, name, className, protocol, path, key, username, rolename; or by the
 * text of its first child called …-name, …-class, extension or error-code; or by the name alone.
 */
export type EnsureEdit = {
  readonly ensure: XmlSelector
  readonly element: ElementSpec | string | Secret
  readonly match?: { readonly [name: string]: XmlValue } | XmlSelector
  readonly place?: XmlPlace | readonly XmlPlace[]
  /** `false`: attributes that `element` and its children do not name stay as they are. Default: true, they go. */
  readonly exact?: boolean
}

export type XmlOptions = {
  /** What prefixes in selectors stand for: `{ j: 'https://jakarta.ee/xml/ns/jakartaee' }`. The file may use any prefix. */
  readonly namespaces?: { readonly [prefix: string]: string }
}

/** Removes one element or comment (`all`: every match) with its line; having none is fine. */
export type RemoveEdit = { readonly remove: XmlSelector; readonly all?: boolean }

/** Sets the text of one element (`all`: of every match). White space around the text is kept. */
export type TextEdit = { readonly text: XmlSelector; readonly value: XmlValue; readonly all?: boolean }

export type XmlEdit = SetEdit | UncommentEdit | CommentEdit | EnsureEdit | RemoveEdit | TextEdit

/** One change for people: `Connector[AJP/1.3] @port`, `8009`, `8010`. */
export type XmlChange = EditChange
