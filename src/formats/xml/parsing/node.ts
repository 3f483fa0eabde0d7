// Defines the nodes of a document, with their spans in its text.

export type XmlElement = {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]
  readonly parent: XmlElement | undefined
  /** `start`–`openEnd` is the opening tag, `closeStart`–`end` the closing one; of `<a/>`, both end at `end`. */
  readonly start: number
  readonly openEnd: number
  readonly closeStart: number
  readonly end: number
  readonly isSelfClosing: boolean
}

export type XmlLeaf = {
  readonly kind: 'text' | 'comment' | 'cdata' | 'instruction' | 'doctype'
  readonly parent: XmlElement | undefined
  readonly start: number
  readonly end: number
}

export type XmlNode = XmlElement | XmlLeaf

/** An attribute: white space from `before`, name from `start`, value inside the quotes, `end` after the last quote. */
export type XmlAttribute = {
  readonly name: string
  readonly before: number
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly end: number
}
