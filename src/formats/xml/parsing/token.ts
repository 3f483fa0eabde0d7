// The pieces that XML text falls into, with their exact spans.

/** An attribute and its spans: white space from `before`, name from `start`, value inside the quotes, `end` after. */
export type XmlAttribute = {
  readonly name: string
  readonly before: number
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly end: number
}

type Span = { readonly start: number; readonly end: number }
export type OpenToken = Span & {
  readonly kind: 'open'
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly isSelfClosing: boolean
}
export type CloseToken = Span & { readonly kind: 'close'; readonly name: string }
export type LeafToken = Span & { readonly kind: 'text' | 'comment' | 'cdata' | 'instruction' | 'doctype' }
export type XmlToken = OpenToken | CloseToken | LeafToken
