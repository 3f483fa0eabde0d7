// Defines the result of an edit, and formats its changes.

import { hiddenValue } from '../../../model/secrets/secret.ts'
import type { EditResult } from '../../shared/change.ts'
import { isSecretName } from '../../shared/secretNames.ts'
import type { HttpdPath } from '../edit.ts'
import type { LineSplice } from '../parsing/document.ts'
import { renderOpening, renderValue } from './render.ts'

export type HttpdEditResult = EditResult<LineSplice>

export const unchangedResult: HttpdEditResult = { splices: [], changes: [] }

/** `<IfModule unixd_module> User`, `LoadModule jk_module`. */
export function labelIn(path: HttpdPath, label: string): string {
  return [...path.map(renderOpening), label].join(' ')
}

/** `<Directory /data2>` or `LoadModule jk_module`. */
export function labelOf(name: string, args: readonly string[], isSection = false): string {
  return isSection
    ? renderOpening({ name, args })
    : [name, ...args.map((each) => renderValue(each))].join(' ')
}

/** Arguments for messages: hidden where the directive's name says that they are secret. */
export function displayArguments(name: string, args: readonly string[]): string {
  if (isSecretName(name) && args.length > 0) return hiddenValue
  return args.map((each) => renderValue(each)).join(' ') || 'present'
}
