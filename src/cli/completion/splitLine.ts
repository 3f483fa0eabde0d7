// Splits an incomplete command line into words.

/**
 * Splits like a shell; an open quote extends to the end. The last word is the one at the cursor, empty after a space.
 *
 * @example wordsOfLine("run-playbook site -l 'we") // ['run-playbook', 'site', '-l', 'we']
 */
export function splitLine(line: string): string[] {
  const words = ['']
  let quote = ''
  let isBehindSpace = true
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (quote === "'" ? character === "'" : quote !== '' && character === quote) quote = ''
    else if (quote === '' && /["']/.test(character)) quote = character
    else if (character === '\\' && quote !== "'") words.push(words.pop()! + (line[++at] ?? ''))
    else if (quote === '' && /\s/.test(character)) {
      if (!isBehindSpace) words.push('')
      isBehindSpace = true
      continue
    } else words.push(words.pop()! + character)
    isBehindSpace = false
  }
  return words
}
