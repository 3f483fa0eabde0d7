// Finds types and functions that authors import, in the declarations of the package.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './pages.ts'

/** The declaration with its docstring, and those of the same file that it refers to. */
export function findDeclaration(name: string): string | undefined {
  if (!/^[A-Za-z]\w+$/.test(name)) return undefined
  const folder = join(packageFolder(), 'dist/src')
  const files = readdirSync(folder, { encoding: 'utf8', recursive: true })
  const heads = new RegExp(`^export (?:declare )?(?:type|interface|function|const|class) ${name}\\b`, 'm')
  for (const file of files.filter((each) => each.endsWith('.d.ts') && isPublic(each)).sort()) {
    const text = readFileSync(join(folder, file), 'utf8')
    if (heads.test(text)) return withOthers(name, declarationsIn(text)).join('\n')
  }
  return undefined
}

/** `deprecated` only points elsewhere; other folders are not published. */
function isPublic(file: string): boolean {
  return /^(?:formats|model|run|templates|testing)[/\\]/.test(file) && !/deprecated/.test(file)
}

function declarationsIn(text: string): Map<string, string> {
  const parts = text.split(/^(?=\/\*\*|export |declare |type )/m)
  const found = new Map<string, string>()
  let comment = ''
  for (const part of parts) {
    const [, name] =
      /^(?:export )?(?:declare )?(?:type|interface|function|const|class) (\w+)/.exec(part) ?? []
    if (name !== undefined) found.set(name, (found.get(name) ?? '') + comment + part)
    comment = part.startsWith('/**') && name === undefined ? part : ''
  }
  return found
}

function withOthers(name: string, all: ReadonlyMap<string, string>): string[] {
  const shown = new Set([name])
  for (const each of shown)
    for (const other of all.keys())
      if (!shown.has(other) && new RegExp(`\\b${other}\\b`).test(withoutComments(all.get(each)!)))
        shown.add(other)
  return [...shown].map((each) => all.get(each)!)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*\*[\s\S]*?\*\//g, '')
}
