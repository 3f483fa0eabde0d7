// Explains why an archive could not be unpacked.

import { lastLines, missingTool, type Output, PlaybookError } from '../../../src/index.ts'
import { conflictCode, damagedCode, layoutCode, toolCode, unsafeCode } from './script.ts'

/** The error for the script's exit code and output; undefined for other failures. */
export function explainUnpacking(src: string, output: Output): PlaybookError | undefined {
  const details = lastLines(output)
  const last = details.at(-1) ?? ''
  if (output.code === damagedCode) {
    return new PlaybookError('E_ARCHIVE', `${src} could not be unpacked; dest was left as it was.`, {
      details,
    })
  }
  if (output.code === unsafeCode) {
    return new PlaybookError('E_UNSAFE_ARCHIVE', `${src} has a member that must not be unpacked: ${last}`, {
      hint: 'Nothing was unpacked. Do you trust its origin?',
    })
  }
  if (output.code === conflictCode) {
    return new PlaybookError('E_CONFLICT', last, {
      hint: 'Nothing was unpacked. exclude or preserve leaves a path as it is.',
    })
  }
  if (output.code === toolCode) {
    return missingTool(last, `which unpacks ${src}`)
  }
  if (output.code !== layoutCode) return undefined
  return new PlaybookError('E_ARCHIVE_LAYOUT', `${src}: ${last}`, {
    hint: 'Nothing was unpacked. Are stripComponents and creates right for this archive?',
  })
}
