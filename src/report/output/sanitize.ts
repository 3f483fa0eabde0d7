// Removes escape sequences, control and bidi characters from text that is printed.

/** With what XML cannot hold: U+FFFE, U+FFFF and halves of pairs. */
const unsafe =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff\p{Surrogate}]/u

/**
 * One line of text, without anything that could move the cursor, set colours or window titles, or turn the reading
 * direction. Escape sequences are removed; any other control character becomes its picture (`␇`) or number
 * (`<U+202E>`). Tabs stay; a newline becomes `␊`, so split texts into lines first.
 *
 * @example sanitize('\x1b[31mred\x1b[0m\x07') // 'red␇'
 */
export function sanitize(text: string): string {
  if (!unsafe.test(text) && !text.includes('\n')) return text
  return showControls(text.replace(escapeSequences, ''))
}

/** As `sanitize`, but shows escape sequences (`␛[31m`): for the contents of files. */
export function showControls(text: string): string {
  return text.replace(everyUnsafe, controlPicture)
}

/** The sanitized lines of a text. A final newline does not begin another line. */
export function sanitizeLines(text: string): string[] {
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines.map(sanitize)
}

/** What a terminal shows of a line that redraws itself with carriage returns: its last piece that is not blank. */
export function lastVisible(line: string): string {
  const pieces = line.split('\r').map(sanitize)
  return pieces.findLast((piece) => piece.trim() !== '') ?? ''
}

/** ECMA-48: control strings (OSC, DCS, SOS, PM, APC) with their ends, control sequences (CSI), other escapes. */
const escapeSequences = new RegExp(
  [
    '\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)',
    '\\x1b[PX^_][^\\x1b]*\\x1b\\\\',
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]',
    '\\x1b[ -/]*[0-OQ-WYZ`-~]',
  ].join('|'),
  'g',
)

const everyUnsafe = new RegExp(`${unsafe.source}|\\n`, 'gu')

function controlPicture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}
