// The flags of the command report.

import type { Earlier } from './earlierRunFlag.ts'

export const reportFormats = ['auto', 'lines', 'jsonl', 'markdown', 'github', 'junit', 'html'] as const

export type ReportFlags = {
  readonly verbose: number
  readonly diff?: boolean
  readonly reporter: readonly string[]
  readonly output: (typeof reportFormats)[number]
  readonly limit?: string
  readonly failed?: boolean
  readonly changesOnly?: boolean
  readonly outputFile?: string
  readonly open?: boolean
  readonly since?: Earlier
}
