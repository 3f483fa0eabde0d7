// What a person reads where the command ends before or without a run.

import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
import { formatLocation } from '../model/errors/location.ts'
import { harmlessLines } from '../report/harmless.ts'
import { createPaint, type Paint } from '../report/paint.ts'
import { clarified } from './loadError.ts'
import { shortPath } from './places.ts'
import { virtualModules } from './virtualModules.ts'

/**
 * The lines of an error: place and message, its code, what to do. Several faults are counted, in the order of their
 * files. What is no PlaybookError is a fault of this program, and shown with its stack.
 */
export async function failureText(thrown: unknown, cwd: string): Promise<string> {
  const paint = await createPaint({ env: process.env, isTTY: process.stderr.isTTY === true })
  if (!(thrown instanceof PlaybookError)) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return `This is a fault of run-playbook itself.  E_INTERNAL\n${text}\n`
  }
  const modules = await virtualModules()
  const faults = thrown instanceof AggregatePlaybookError ? thrown.errors : [thrown]
  const lines = faults.flatMap((fault) => errorLines(clarified(fault, modules), cwd, paint))
  if (thrown instanceof AggregatePlaybookError)
    lines.push(`${faults.length} fault${faults.length === 1 ? '' : 's'}. No host was contacted.`)
  return `${lines.join('\n')}\n`
}

function errorLines(
  { code, message, hint, where, details }: PlaybookError,
  cwd: string,
  paint: Paint,
): string[] {
  const place = where && formatLocation({ ...where, file: shortPath(where.file, cwd) })
  const [first = '', ...rest] = harmlessLines(message)
  return [
    `${place ? `${paint.place(place)}  ` : ''}${first}  ${paint.quiet(code)}`,
    ...[...rest, ...details.flatMap(harmlessLines)].map((line) => `    ${line}`),
    ...(hint ? harmlessLines(hint).map((line) => `    ${paint.hint(line)}`) : []),
  ]
}
