// Splits a line into words as Python's shlex does.

/**
 * The words of a line: quotes and backslashes protect blanks. With `comments`, a `#` starts a comment, even inside a word.
 *
 * @throws RangeError for a quote that is not closed, and for a backslash at the end
 * @example shellSplit(`-o "ProxyCommand=nc %h %p" -4`) // ['-o', 'ProxyCommand=nc %h %p', '-4']
 */
export function shellSplit(line: string, { comments = false } = {}): string[] {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (comments && char === '#') {
      break
    } else if (char === "'" || char === '"') {
      const [text, end] = quoted(line, at, char)
      word = (word ?? '') + text
      at = end
    } else if (char === '\\') {
      if (at + 1 >= line.length) throw new RangeError('a backslash at the end')
      word = (word ?? '') + line[++at]
    } else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  return words
}

/** The text inside the quotes that open at `start`, and the position of the closing one. */
function quoted(line: string, start: number, quote: string): [string, number] {
  let text = ''
  for (let at = start + 1; at < line.length; at++) {
    const char = line[at]!
    if (char === quote) return [text, at]
    const isEscape = quote === '"' && char === '\\' && /["\\]/.test(line[at + 1] ?? '')
    text += isEscape ? line[++at] : char
  }
  throw new RangeError(`a ${quote} is not closed`)
}
