// Deprecated exports of 'run-playbook' that moved to 'run-playbook/formats', loaded lazily.

import { createRequire } from 'node:module'
import type * as Formats from './index.ts'

/** @deprecated Import it from 'run-playbook/formats'. */
export const editXml: typeof Formats.editXml = (...parameters) => formats().editXml(...parameters)
/** @deprecated Import it from 'run-playbook/formats'. */
export const editHttpd: typeof Formats.editHttpd = (...parameters) => formats().editHttpd(...parameters)
/** @deprecated Import it from 'run-playbook/formats'. */
export const editProperties: typeof Formats.editProperties = (...parameters) =>
  formats().editProperties(...parameters)
/** @deprecated Import it from 'run-playbook/formats'. */
export const readProperties: typeof Formats.readProperties = (...parameters) =>
  formats().readProperties(...parameters)
/** @deprecated Import it from 'run-playbook/formats'. */
export const patchCatalinaSh: typeof Formats.patchCatalinaSh = (...parameters) =>
  formats().patchCatalinaSh(...parameters)

/** @deprecated Import it from 'run-playbook/formats'. */
export type CatalinaShOptions = Formats.CatalinaShOptions
/** @deprecated Import it from 'run-playbook/formats'. */
export type ElementSpec = Formats.ElementSpec
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdChange = Formats.HttpdChange
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdEdit = Formats.HttpdEdit
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdNode = Formats.HttpdNode
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdPath = Formats.HttpdPath
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdPlace = Formats.HttpdPlace
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdSelector = Formats.HttpdSelector
/** @deprecated Import it from 'run-playbook/formats'. */
export type HttpdValue = Formats.HttpdValue
/** @deprecated Import it from 'run-playbook/formats'. */
export type PropertiesChange = Formats.PropertiesChange
/** @deprecated Import it from 'run-playbook/formats'. */
export type PropertiesEdit = Formats.PropertiesEdit
/** @deprecated Import it from 'run-playbook/formats'. */
export type PropertiesEncoding = Formats.PropertiesEncoding
/** @deprecated Import it from 'run-playbook/formats'. */
export type XmlAttributes = Formats.XmlAttributes
/** @deprecated Import it from 'run-playbook/formats'. */
export type XmlChange = Formats.XmlChange
/** @deprecated Import it from 'run-playbook/formats'. */
export type XmlEdit = Formats.XmlEdit
/** @deprecated Import it from 'run-playbook/formats'. */
export type XmlPlace = Formats.XmlPlace
/** @deprecated Import it from 'run-playbook/formats'. */
export type XmlSelector = Formats.XmlSelector

function formats(): typeof Formats {
  return createRequire(import.meta.url)('./index.js')
}
