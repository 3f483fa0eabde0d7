// Formats an error that ends the command before a run.

import { AggregatePlaybookError, PlaybookError, toPlaybookError } from '../model/errors/error.ts'
import { formatLocation } from '../model/errors/location.ts'
import { maskRevealed } from '../model/secrets/masker.ts'
import { asTyped, programName } from '../report/output/program.ts'
import { sanitizeLines } from '../report/output/sanitize.ts'
import { createTheme, type Theme } from '../report/output/theme.ts'
import { codesOf, explainLines } from '../report/summary/explainLine.ts'
import { clarifyError } from '../userCode/loadError.ts'
import { shortPath } from '../userCode/shortPath.ts'
import { virtualModules } from '../userCode/virtualModules.ts'

/**
 * Formats an error as lines: location, message, code and hint. Several errors are counted. What is not a PlaybookError
 * is a bug of run-playbook, and shown with its stack. Secrets are masked.
 */
export async function errorText(thrown: unknown, cwd: string): Promise<string> {
  return maskRevealed(await plainErrorText(thrown, cwd))
}

async function plainErrorText(thrown: unknown, cwd: string): Promise<string> {
  const theme = await createTheme({ env: process.env, isTTY: process.stderr.isTTY === true })
  if (!(thrown instanceof PlaybookError)) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return `Internal error in run-playbook.  E_INTERNAL\n${text}\n`
  }
  const errors = await clarified(thrown)
  const lines = errors.flatMap((error) => errorLines(error, cwd, theme))
  const unclear = errors.filter(({ hint }) => !hint).flatMap(codesOf)
  lines.push(...explainLines(unclear, theme, programName(process.env)))
  if (thrown instanceof AggregatePlaybookError)
    lines.push(`${errors.length} error${errors.length === 1 ? '' : 's'}. No host was contacted.`)
  return `${lines.join('\n')}\n`
}

/** The errors in what was thrown, as they may be shown: secrets are masked. */
export async function clearErrors(thrown: unknown): Promise<PlaybookError[]> {
  const errors = await clarified(toPlaybookError(thrown))
  return errors.map((error) => {
    const { message, hint, details } = error
    return error.with({
      message: maskRevealed(message),
      hint: hint && maskRevealed(hint),
      details: details.map(maskRevealed),
    })
  })
}

async function clarified(error: PlaybookError): Promise<PlaybookError[]> {
  const modules = await virtualModules()
  const errors = error instanceof AggregatePlaybookError ? error.errors : [error]
  return errors.map((each) => clarifyError(each, modules))
}

function errorLines(
  { code, message, hint, where, details }: PlaybookError,
  cwd: string,
  theme: Theme,
): string[] {
  const location = where && formatLocation({ ...where, file: shortPath(where.file, cwd) })
  const [first = '', ...rest] = sanitizeLines(message)
  return [
    `${location ? `${theme.location(location)}  ` : ''}${first}  ${theme.muted(code)}`,
    ...[...rest, ...details.flatMap(sanitizeLines)].map((line) => `    ${line}`),
    ...(hint
      ? sanitizeLines(asTyped(hint, programName(process.env))).map((line) => `    ${theme.hint(line)}`)
      : []),
  ]
}
