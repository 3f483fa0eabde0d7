// Defines the input and the result of an edit of sshd_config.

import type { EditChange } from '../shared/change.ts'
import type { TextLine } from '../shared/lines.ts'
import type { SshdIncludes } from './edit.ts'
import type { SshdLine } from './parse.ts'

export type SshdPlan = {
  readonly lines: readonly SshdLine[]
  readonly lineEnd: string
  readonly includes: SshdIncludes
}

export type SshdEdited = { readonly lines: readonly TextLine[]; readonly change: EditChange }

export function labelOf(keyword: string, match: string | undefined): string {
  return match === undefined ? keyword : `${keyword} (Match ${match})`
}
