// Filters that write and read JSON and YAML.

import { readJson } from '../python/jsonReader.ts'
import { dumpJson, type JsonOptions } from '../python/jsonWriter.ts'
import type { YamlDumpOptions } from '../python/yamlNodes.ts'
import { readYaml, readYamlDocuments } from '../python/yamlReader.ts'
import { dumpYaml } from '../python/yamlWriter.ts'
import { intOf, listOf, named, plain } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import type { Filter } from '../values/library.ts'
import { str } from '../values/text.ts'
import { isInt, type Value } from '../values/value.ts'

export const dataFilters: { readonly [name: string]: Filter } = {
  to_json: jsonFilter({}),
  to_nice_json: jsonFilter({ indent: 4, sortKeys: true }),
  from_json: plain((value) => readJson(str(value))),
  /** For HTML: what could end a script is escaped. */
  tojson: named(['indent'], (value, [indent = null]) => {
    const json = dumpJson(value, {
      sortKeys: true,
      indent: indent === null ? undefined : intOf(indent, 'indent'),
    })
    return json.replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
  }),
  to_yaml: yamlFilter({}),
  to_nice_yaml: yamlFilter({ indent: 4, flowStyle: false }),
  from_yaml: plain((value) => (typeof value === 'string' ? readYaml(value) : value)),
  from_yaml_all: plain((value) =>
    value === null ? [] : typeof value === 'string' ? readYamlDocuments(value) : value,
  ),
}

function jsonFilter(defaults: JsonOptions): Filter {
  const names = [
    'indent',
    'sort_keys',
    'ensure_ascii',
    'separators',
    'vault_to_text',
    'preprocess_unsafe',
    'profile',
  ]
  return named(names, (value, [indent, sortKeys, asciiOnly, separators]) => {
    const [itemSeparator, keySeparator] = separators === undefined ? [] : listOf(separators).map(str)
    return dumpJson(value, {
      indent:
        indent === undefined
          ? defaults.indent
          : indent === null
            ? undefined
            : isInt(indent)
              ? Number(indent)
              : str(indent),
      sortKeys: sortKeys === undefined ? defaults.sortKeys : truth(sortKeys),
      asciiOnly: asciiOnly === undefined || truth(asciiOnly),
      itemSeparator,
      keySeparator,
    })
  })
}

function yamlFilter(defaults: YamlDumpOptions): Filter {
  const names = [
    'indent',
    'width',
    'default_flow_style',
    'default_style',
    'sort_keys',
    'explicit_start',
    'explicit_end',
    'allow_unicode',
  ]
  const flag = (value: Value | undefined, fallback?: boolean) =>
    value === undefined ? fallback : value === null ? undefined : truth(value)
  return named(names, (value, [indent, width, flow, style, sortKeys, start, end]) =>
    dumpYaml(value, {
      indent: indent === undefined || indent === null ? defaults.indent : intOf(indent, 'indent'),
      width: width === undefined || width === null ? undefined : intOf(width, 'width'),
      flowStyle: flag(flow, defaults.flowStyle),
      scalarStyle: style === undefined || style === null ? undefined : str(style),
      sortKeys: flag(sortKeys, true),
      explicitStart: flag(start),
      explicitEnd: flag(end),
    }),
  )
}
