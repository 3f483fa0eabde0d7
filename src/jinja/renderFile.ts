// Renders a template file with values of TypeScript.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Secret } from '../model/secrets/secret.ts'
import { type TemplateVariables, unlisted } from '../model/task.ts'
import { library } from './library.ts'
import { templateText } from './render.ts'
import { defaultSettings, type TemplateSettings } from './syntax/settings.ts'
import { parseTemplateFile, templateLoader } from './templateFiles.ts'
import { fromJs } from './values/convert.ts'
import { LazyDict, lazyList } from './values/lazy.ts'
import type { Value } from './values/value.ts'

type RenderFileOptions = {
  readonly settings: Partial<TemplateSettings>
  /** Where includes are searched, besides the folder of the file. */
  readonly folders: readonly string[]
}

/** @throws PlaybookError E_TEMPLATE or E_UNDEFINED with the place in the file */
export function renderFile(
  path: string,
  variables: Omit<TemplateVariables, 'data'>,
  { settings, folders }: RenderFileOptions,
): string | Secret {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  const all: TemplateSettings = { ...defaultSettings, ...Object.fromEntries(given) }
  const own = dirname(path)
  const searchPath = [...new Set([...folders, own].flatMap((folder) => [join(folder, 'templates'), folder]))]
  const known = new Map<string, Value | undefined>()
  const variable = (name: string): Value | undefined => {
    if (!known.has(name)) {
      const value = variables.get(name)
      known.set(name, value === undefined ? undefined : lazyValue(value))
    }
    return known.get(name)
  }
  return templateText(parseTemplateFile(path, readFileSync(path, 'utf8'), all), {
    library,
    variable,
    variableNames: variables.names,
    load: templateLoader(searchPath, all),
    searchPath,
  })
}

/** A value of which lists and objects are converted when they are looked at: `hostvars` holds all hosts. */
function lazyValue(value: unknown): Value {
  if (Array.isArray(value))
    return lazyList(Array.from(value.keys(), (index) => () => lazyValue(value[index])))
  if (!isPlainObject(value)) return fromJs(value)
  const others = value[unlisted]
  const fallback = (key: Value) => {
    const found = typeof key === 'string' ? others?.(key) : undefined
    return found === undefined ? undefined : lazyValue(found)
  }
  return LazyDict.of(
    Object.keys(value).map((key) => [key, () => lazyValue(value[key])] as const),
    others && fallback,
  )
}

type PlainObject = { readonly [name: string]: unknown; readonly [unlisted]?: (name: string) => unknown }

function isPlainObject(value: unknown): value is PlainObject {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
