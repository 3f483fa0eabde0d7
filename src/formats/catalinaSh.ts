// Pipes the output of Tomcat's catalina.sh into rotatelogs instead of catalina.out.

import { PlaybookError } from '../model/errors/error.ts'
import type { EditChange, EditedBytes } from './shared/change.ts'

export type CatalinaShOptions = {
  /** Path of the rotatelogs program on the host; without it Tomcat dies at once, and startup.sh does not say so. */
  readonly rotatelogs: string
  /** The log file, with strftime patterns such as `%Y-%m-%d`. */
  readonly log: string
  /** Seconds after which a new file begins. Default 86400. */
  readonly period?: number
  /** Offset from UTC in minutes for file names and rotation, independent of TZ. Default 0; 540 is Korea. */
  readonly offsetMinutes?: number
}

export type CatalinaShChange = EditChange

/**
 * Patches catalina.sh (8.5 to 11): `touch "$CATALINA_OUT"` becomes a comment with `echo $CATALINA_OUT` after it, and
 * each start of the server pipes into rotatelogs instead of `>> "$CATALINA_OUT"`. The `&` is written bare: quoted, as
 * upstream's is for `eval`, rotatelogs would get it as an argument.
 *
 * Idempotent; with other options it changes the existing pipes. All other bytes stay. With CATALINA_PID set, the pid
 * file holds the pid of rotatelogs, because that is what `$!` is then.
 *
 * @throws PlaybookError E_CATALINA_SH for a missing line, which it names, and for CRLF line ends, which sh cannot run
 * @example
 * patchCatalinaSh(bytes, {
 *   rotatelogs: '/usr/sbin/rotatelogs', log: '/data3/logs/tomcat/ws-ecs-server/catalina.out.%Y-%m-%d', offsetMinutes: 540,
 * })
 */
export function patchCatalinaSh(bytes: Uint8Array, options: CatalinaShOptions): EditedBytes {
  const text = Buffer.from(bytes).toString('latin1')
  if (text.includes('\r\n')) throw crlf(text)
  const lines = text.split('\n')
  const command = rotatelogsCommand(options)
  // The starts first: their line numbers are those of the file as it came.
  const starts = patchStarts(lines, command)
  const changes = [...patchTouch(lines), ...starts]
  return changes.length === 0
    ? { bytes, changes }
    : { bytes: Buffer.from(lines.join('\n'), 'latin1'), changes }
}

const touchLine = /^(\s*)touch "?\$CATALINA_OUT"?\s*$/
const touchComment = /^\s*#\s*touch "?\$CATALINA_OUT"?\s*$/
const echoLine = /^\s*echo "?\$CATALINA_OUT"?\s*$/

/** Changes the lines in place, and returns what changed. */
function patchTouch(lines: string[]): CatalinaShChange[] {
  const index = lines.findIndex((line) => touchLine.test(line) || touchComment.test(line))
  if (index === -1) throw missing('touch "$CATALINA_OUT"', lines)
  const line = lines[index]!
  if (touchLine.test(line)) {
    lines.splice(index, 1, `#${line}`, `${touchLine.exec(line)![1]}echo $CATALINA_OUT`)
    return [{ what: 'touch "$CATALINA_OUT"', from: 'live', to: 'commented out, echo in its place' }]
  }
  const next = lines.findIndex((each, at) => at > index && !/^\s*(#|$)/.test(each))
  if (echoLine.test(lines[next] ?? '')) return []
  lines.splice(index + 1, 0, '    echo $CATALINA_OUT')
  return [{ what: 'echo $CATALINA_OUT', from: 'absent', to: 'after the commented touch' }]
}

const startLine = /^(.*\bBootstrap "\$@" start)\s*(?:2>&1)?\s*\\$/
const appendLine = /^(\s*)>>\s*"?\$CATALINA_OUT"?\s+2>&1\s+"?&"?\s*$/
const pipeLine = /^(\s*)\|.*&"?\s*$/

function patchStarts(lines: string[], command: string): CatalinaShChange[] {
  const starts = lines.flatMap((line, index) => (startLine.test(line) ? [index] : []))
  if (starts.length === 0) throw missing('org.apache.catalina.startup.Bootstrap "$@" start \\', lines)
  return starts.flatMap((index) => patchStart(lines, index, command))
}

function patchStart(lines: string[], index: number, command: string): CatalinaShChange[] {
  const output = lines[index + 1] ?? ''
  const [, indent] = appendLine.exec(output) ?? pipeLine.exec(output) ?? []
  if (indent === undefined) throw unknownOutput(output, index + 2)
  const start = `${startLine.exec(lines[index]!)![1]} 2>&1 \\`
  const pipe = `${indent}|${command} &`
  if (lines[index] === start && isPipeTo(output, command)) return []
  lines.splice(index, 2, start, pipe)
  const from = output.trim()
  return [
    { what: `output of the start on line ${index + 1}`, from: fromBytes(from), to: fromBytes(pipe.trim()) },
  ]
}

/** Whether a line pipes into the command already, however it is indented, and with a bare `&`. */
function isPipeTo(line: string, command: string): boolean {
  return line.trim().replace(/^\|\s*/, '|') === `|${command} &`
}

/** `/usr/sbin/rotatelogs /logs/catalina.out.%Y-%m-%d 86400 540`, as bytes in a Latin-1 string. */
function rotatelogsCommand({
  rotatelogs,
  log,
  period = 86_400,
  offsetMinutes = 0,
}: CatalinaShOptions): string {
  if (!Number.isInteger(period) || period <= 0)
    throw badOption('period', period, 'a number of seconds above 0')
  if (!Number.isInteger(offsetMinutes))
    throw badOption('offsetMinutes', offsetMinutes, 'a whole number of minutes')
  const words = [
    shellWord('rotatelogs', rotatelogs),
    shellWord('log', log),
    String(period),
    String(offsetMinutes),
  ]
  return Buffer.from(words.join(' '), 'utf8').toString('latin1')
}

function shellWord(option: string, word: string): string {
  if (!/^\/[^\0\r\n]+$/.test(word)) throw badOption(option, word, 'an absolute path on one line')
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function fromBytes(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

function missing(anchor: string, lines: readonly string[]): PlaybookError {
  return new PlaybookError(
    'E_CATALINA_SH',
    `catalina.sh has no line ${anchor} (${lines.length} lines read).`,
    'Is this the catalina.sh of Tomcat 8.5 to 11? If it was changed, restore it from the archive.',
  )
}

function unknownOutput(found: string, line: number): PlaybookError {
  return new PlaybookError(
    'E_CATALINA_SH',
    `catalina.sh line ${line}: expected >> "$CATALINA_OUT" 2>&1 "&" or a pipe that ends in & after the start, found ${found.trim() || 'an empty line'}.`,
    'Restore these lines from the archive.',
  )
}

function crlf(text: string): PlaybookError {
  const line = text.slice(0, text.indexOf('\r\n')).split('\n').length
  return new PlaybookError(
    'E_CATALINA_SH',
    `catalina.sh has CRLF line ends (line ${line}), which sh cannot run.`,
    "Unpack Tomcat's tar.gz instead of its zip, or convert the file (sed -i 's/\\r$//').",
  )
}

function badOption(option: string, value: unknown, expected: string): PlaybookError {
  return new PlaybookError('E_CATALINA_SH', `${option}: ${expected} expected, got ${JSON.stringify(value)}.`)
}
