// The nodes of a document, which know where they stand in its text.

import type { LeafToken, XmlAttribute } from './token.ts'

export type XmlElement = {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]
  readonly parent: XmlElement | undefined
  /** `start`–`openEnd` is the opening tag, `closeStart`–`end` the closing one; both ends fall together in `<a/>`. */
  readonly start: number
  readonly openEnd: number
  readonly closeStart: number
  readonly end: number
  readonly isSelfClosing: boolean
}
export type XmlLeaf = {
  readonly kind: LeafToken['kind']
  readonly parent: XmlElement | undefined
  readonly start: number
  readonly end: number
}
export type XmlNode = XmlElement | XmlLeaf
