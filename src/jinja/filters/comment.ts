// The filter comment: makes a text a comment of a configuration file.

import { intOf } from '../values/arguments.ts'
import { bindArguments, type Filter } from '../values/library.ts'
import { quoted, str } from '../values/text.ts'
import { PyError, type Value } from '../values/value.ts'

type Style = { readonly beginning?: string; readonly decoration: string; readonly end?: string }

const styles: { readonly [name: string]: Style } = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}

const names = [
  'style',
  'newline',
  'beginning',
  'prefix',
  'prefix_count',
  'decoration',
  'postfix',
  'postfix_count',
  'end',
]

/** `comment('plain' | 'erlang' | 'c' | 'cblock' | 'xml', decoration=…, beginning=…, …)`, as Ansible writes it. */
export const commented: Filter = (value, args, kwargs) => {
  if (args.length > 1) throw new PyError(`takes the style alone without a name, got ${args.length} values`)
  const [styleName = 'plain', ...given] = bindArguments(args, kwargs, names)
  const style = styles[str(styleName)]
  if (!style) {
    const hint = `Styles: ${Object.keys(styles).join(', ')}`
    throw new PyError(`the style ${quoted(str(styleName))} is unknown`, hint)
  }
  const [newline, beginning, prefix, prefixCount, decoration, postfix, postfixCount, end] = given
  const textOf = (each: Value | undefined, fallback: string) => (each === undefined ? fallback : str(each))
  const mark = textOf(decoration, style.decoration)
  return layOut(str(value), {
    newline: textOf(newline, '\n'),
    beginning: textOf(beginning, style.beginning ?? ''),
    prefix: textOf(prefix, mark.trimEnd()),
    prefixCount: prefixCount === undefined ? 1 : intOf(prefixCount, 'prefix_count'),
    mark,
    postfix: textOf(postfix, mark.trimEnd()),
    postfixCount: postfixCount === undefined ? 1 : intOf(postfixCount, 'postfix_count'),
    end: textOf(end, style.end ?? ''),
  })
}

type Layout = {
  readonly newline: string
  readonly beginning: string
  readonly prefix: string
  readonly prefixCount: number
  readonly mark: string
  readonly postfix: string
  readonly postfixCount: number
  readonly end: string
}

function layOut(text: string, layout: Layout): string {
  const { newline, beginning, prefix, prefixCount, mark, postfix, postfixCount, end } = layout
  const body = (mark + text.replaceAll(newline, newline + mark)).replaceAll(
    mark + newline,
    mark.trimEnd() + newline,
  )
  return [
    beginning && beginning + newline,
    prefix && (prefix === newline ? newline : prefix + newline).repeat(Math.max(0, prefixCount)),
    body,
    (newline + postfix).repeat(Math.max(0, postfixCount)),
    end && newline + end,
  ].join('')
}
