// Shows a command as it would be typed: whole, folded over lines, or short for a title.

import { maskRevealed, quote } from '../../src/index.ts'

const titleWidth = 60
const longWord = titleWidth / 2
const lineWidth = 100

/** The words as they would be typed in a shell, quoted where they have to be; folded where they are long. */
export function foldedCommand(argv: readonly string[]): string[] {
  const lines: string[] = []
  for (const word of typedWords(argv)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < lineWidth) lines.push(`${lines.pop()} ${word}`)
    else lines.push(lines.length === 0 ? word : `  ${word}`)
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line))
}

/** At most 60 characters: whole words from both ends, with `…` for those between; a long word is cut. */
export function shortCommand(argv: readonly string[]): string {
  const words = typedWords(argv)
  const whole = words.join(' ')
  if (whole.length <= titleWidth) return whole
  const end = words.at(-1)!.length <= longWord ? ` ${words.at(-1)}` : ''
  let shown = ''
  for (const word of words) {
    const next = shown === '' ? word : `${shown} ${word}`
    if (next.length + 2 + end.length <= titleWidth) shown = next
    else return word.length > longWord ? `${whole.slice(0, titleWidth - 1)}…` : `${shown} …${end}`
  }
  return whole
}

/** The first line of a text, at most 60 characters. */
export function shortScript(text: string): string {
  const line = text.trim().split('\n')[0]!
  return line.length > titleWidth || line !== text.trim()
    ? `${maskRevealed(line).slice(0, titleWidth - 1)}…`
    : line
}

/** A secret is masked first, because what is cut or escaped can no longer be recognized. */
function typedWords(argv: readonly string[]): string[] {
  return argv.map((word) => typed(maskRevealed(word)))
}

/** Line ends and other control characters are written as bash, zsh and POSIX.1-2024 read them. */
function typed(word: string): string {
  if (!/[\0-\x1f\x7f]/.test(word)) return quote(word)
  const names: { readonly [character: string]: string } = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }
  const escaped = word.replace(/[\\'\0-\x1f\x7f]/g, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`
    return names[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`
  })
  return `$'${escaped}'`
}
