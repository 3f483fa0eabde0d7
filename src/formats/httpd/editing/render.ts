// Writes directives and sections as text, with quotes where values need them.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { DirectiveSpec, HttpdNode, HttpdValue, SectionSpec } from '../edit.ts'

/** An argument as text: `on` and `off` for true and false. */
function textOfValue(value: HttpdValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return String(value)
}

export function textsOf(args: readonly HttpdValue[] = []): string[] {
  return args.map(textOfValue)
}

/**
 * Writes a value with quotes if it needs them, or in the quote of the value it replaces.
 *
 * @throws PlaybookError E_HTTPD_EDIT for a value with a line break or a NUL in it
 */
export function renderValue(value: string, quote: '"' | "'" | '' = ''): string {
  if (/[\r\n\0]/.test(value)) {
    throw new PlaybookError(
      'E_HTTPD_EDIT',
      `${JSON.stringify(value)} cannot be an argument, because it is not one line.`,
    )
  }
  const needsQuote = value === '' || /[\s\v]|^["']|\\$/.test(value)
  const chosen = quote || (needsQuote ? '"' : '')
  const escaped = value.replace(/\\+(?=(.?))/g, (slashes, next: string) => {
    const isBeforeQuote = chosen !== '' && (next === '' || next === chosen)
    return slashes.slice(1).replace(/\\/g, '\\\\') + (isBeforeQuote ? '\\\\' : '\\')
  })
  return chosen === '' ? escaped : `${chosen}${escaped.replaceAll(chosen, `\\${chosen}`)}${chosen}`
}

/** `LoadModule jk_module modules/mod_jk.so`, without line end. */
function renderDirective({ name, args }: DirectiveSpec): string {
  return [directiveName(name), ...textsOf(args).map((value) => renderValue(value))].join(' ')
}

/** `<Directory /data2>` */
export function renderOpening({ name, args }: DirectiveSpec): string {
  return `<${renderDirective({ name, args })}>`
}

export type Layout = { readonly indent: string; readonly unit: string; readonly lineEnd: string }

/** Whole lines for a directive or a section. */
export function renderNode(node: HttpdNode, layout: Layout): string {
  const { indent, unit, lineEnd } = layout
  if (!isSection(node)) return `${indent}${renderDirective(node)}${lineEnd}`
  const inside = node.content.map((each) => renderNode(each, { ...layout, indent: indent + unit }))
  return [
    `${indent}${renderOpening(node)}${lineEnd}`,
    ...inside,
    `${indent}</${directiveName(node.name)}>${lineEnd}`,
  ].join('')
}

export function isSection(node: HttpdNode): node is SectionSpec {
  return 'content' in node
}

/** @throws PlaybookError E_HTTPD_EDIT for an invalid name of a directive or section */
export function directiveName(name: string): string {
  if (/^[A-Za-z_][\w.:-]*$/.test(name)) return name
  throw new PlaybookError(
    'E_HTTPD_EDIT',
    `${JSON.stringify(name)} is not the name of a directive.`,
    'Put arguments into args, and write the name of a section without "<" and ">".',
  )
}
