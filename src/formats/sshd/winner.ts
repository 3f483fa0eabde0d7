// Finds the line that takes effect for a keyword, in the file or those it includes.

import type { SshdIncludes } from './edit.ts'
import { parseSshd, type SshdLine } from './parse.ts'

/** The line of the file that decides, or its Include line, with the place in the included file. */
type Winner = {
  readonly index: number
  readonly args: readonly string[]
  readonly included?: { readonly path: string; readonly line: number }
}

/** The first line before the Match blocks that sets the keyword. */
export function firstSetting(
  lines: readonly SshdLine[],
  keyword: string,
  includes: SshdIncludes,
  depth = 0,
): Winner | undefined {
  for (const [index, line] of lines.entries()) {
    if (line.match !== undefined) return undefined
    if (line.keyword === keyword) return { index, args: line.args }
    if (line.keyword !== 'include' || depth > 15) continue
    for (const path of line.args.flatMap((pattern) => includes.files[pattern] ?? [])) {
      const text = Object.hasOwn(includes.texts, path) ? includes.texts[path]! : ''
      const inside = firstSetting(parseSshd(text), keyword, includes, depth + 1)
      if (inside)
        return { index, args: inside.args, included: inside.included ?? { path, line: inside.index + 1 } }
    }
  }
  return undefined
}
