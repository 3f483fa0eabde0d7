// The output of the YAML writer: columns, indentation, and scalars folded at the width.

import { breaks, doubleQuoted } from './yamlStyle.ts'

export class YamlOutput {
  text = ''
  readonly #step: number
  readonly #width: number
  #indent = -1
  #column = 0
  #isAfterSpace = true
  /** Whether only indentation and indicators of lists stand in the line. */
  isAtIndent = true

  constructor({ indent = 2, width = 80 }: { readonly indent?: number; readonly width?: number }) {
    this.#step = indent < 2 || indent > 9 ? 2 : indent
    this.#width = width < 0 ? Number.POSITIVE_INFINITY : width <= this.#step * 2 ? 80 : width
  }

  indicator(text: string, needsSpace: boolean, isSpace = false, keepsIndent = false): void {
    this.#put(needsSpace && !this.#isAfterSpace ? ` ${text}` : text)
    this.#isAfterSpace = isSpace
    this.isAtIndent = this.isAtIndent && keepsIndent
  }

  /** Runs `work` one level deeper. */
  indented(isFlow: boolean, isIndentless: boolean, work: () => void): void {
    const before = this.#indent
    if (before < 0) this.#indent = isFlow ? this.#step : 0
    else if (!isIndentless) this.#indent += this.#step
    work()
    this.#indent = before
  }

  /** Goes to the indentation, on a new line unless this one is empty. */
  indentLine(): void {
    const indent = Math.max(0, this.#indent)
    const isBeyond = this.#column > indent || (this.#column === indent && !this.#isAfterSpace)
    if (!this.isAtIndent || isBeyond) this.#break()
    this.#put(' '.repeat(Math.max(0, indent - this.#column)))
    this.#isAfterSpace = true
    this.isAtIndent = true
  }

  breakIfWide(): void {
    if (this.#column > this.#width) this.indentLine()
  }

  plain(text: string, mayBreak: boolean, isFlow: boolean): void {
    if (!this.#isAfterSpace && (text !== '' || isFlow)) this.#put(' ')
    this.#folding(text, mayBreak, false, (character) => character)
    this.#end()
  }

  singleQuoted(text: string, mayBreak: boolean): void {
    this.indicator("'", true)
    this.#folding(text, mayBreak, true, (character) => (character === "'" ? "''" : character))
    this.indicator("'", false)
    this.#end()
  }

  /** Spaces are folded at the width; a line end is doubled, for one alone would be read as a space. */
  #folding(text: string, mayBreak: boolean, isQuoted: boolean, write: (character: string) => string): void {
    const characters = Array.from(text)
    let isAfterSpace = false
    let isAfterBreak = false
    for (const [index, character] of characters.entries()) {
      if (character === ' ') {
        const isInside = !isQuoted || (index > 0 && index < characters.length - 1)
        const isFolded = mayBreak && !isAfterSpace && this.#column > this.#width && isInside
        if (isFolded && characters[index + 1] !== ' ') this.indentLine()
        else this.#put(' ')
        isAfterSpace = true
      } else if (breaks.includes(character)) {
        if (!isAfterBreak && character === '\n') this.#break()
        this.#break(character)
        this.isAtIndent = true
        isAfterBreak = true
      } else {
        if (isAfterBreak) this.indentLine()
        this.#put(write(character))
        this.isAtIndent = false
        isAfterSpace = false
        isAfterBreak = false
      }
    }
    if (isAfterBreak && isQuoted) this.indentLine()
  }

  doubleQuoted(text: string, mayBreak: boolean): void {
    this.indicator('"', true)
    const characters = Array.from(text)
    let isAfterSpace = false
    for (const [index, character] of characters.entries()) {
      const isInside = index > 0 && index < characters.length - 1
      if (character === ' ' && mayBreak && !isAfterSpace && this.#column > this.#width && isInside) {
        this.indentLine()
        if (characters[index + 1] === ' ') this.#put('\\')
      } else this.#put(doubleQuoted(character))
      isAfterSpace = character === ' '
    }
    this.indicator('"', false)
    this.#end()
  }

  literal(text: string): void {
    this.#blockHeader('|', text)
    let isAfterBreak = true
    for (const character of text) {
      if (breaks.includes(character)) this.#break(character)
      else {
        if (isAfterBreak) this.indentLine()
        this.#put(character)
        this.isAtIndent = false
      }
      isAfterBreak = breaks.includes(character)
      if (isAfterBreak) this.isAtIndent = true
    }
  }

  folded(text: string): void {
    this.#blockHeader('>', text)
    const characters = Array.from(text)
    let isAfterBreak = true
    let isLeadingSpace = true
    for (const [index, character] of characters.entries()) {
      if (breaks.includes(character)) {
        if (!isAfterBreak && !isLeadingSpace && character === '\n') {
          const next = characters.slice(index).find((each) => !breaks.includes(each))
          if (next !== undefined && next !== ' ' && next !== '\t') this.#break()
        }
        this.#break(character)
        this.isAtIndent = true
        isAfterBreak = true
      } else {
        if (isAfterBreak) {
          this.indentLine()
          isLeadingSpace = character === ' ' || character === '\t'
        }
        const mayFold = !isAfterBreak && character === ' ' && characters[index + 1] !== ' '
        if (mayFold && this.#column > this.#width) this.indentLine()
        else this.#put(character)
        this.isAtIndent = false
        isAfterBreak = false
      }
    }
  }

  #blockHeader(indicator: string, text: string): void {
    const lead = /^[ \n\r\x85\u2028\u2029]/.test(text) ? String(this.#step) : ''
    const chomp = !/[\n\r\x85\u2028\u2029]$/.test(text)
      ? '-'
      : /^.$|[\n\r\x85\u2028\u2029].$/s.test(text)
        ? '+'
        : ''
    this.indicator(indicator + lead + chomp, true)
    this.#break()
    this.isAtIndent = true
    this.#isAfterSpace = true
  }

  #end(): void {
    this.#isAfterSpace = false
    this.isAtIndent = false
  }

  #put(text: string): void {
    this.text += text
    this.#column += Array.from(text).length
  }

  #break(character = '\n'): void {
    this.text += character
    this.#column = 0
  }
}
