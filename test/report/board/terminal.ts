// A terminal for tests: interprets what is written and returns what a person would see.

import { Writable } from 'node:stream'
import { displayWidth } from '../../../src/report/output/displayWidth.ts'

export type TestTerminal = Writable & {
  readonly isTTY: true
  columns: number
  rows: number
  /** Everything written so far, as it was written. */
  readonly written: () => string
  /** The lines on the screen and those that scrolled away above it, without blanks at their ends. */
  readonly lines: () => string[]
  readonly isCursorShown: () => boolean
  /** Changes the size and wraps the lines again, as terminals do. */
  readonly resize: (columns: number, rows: number) => void
}

type Row = { text: string; isContinued: boolean }

/** Fills the second column of a wide character. */
const secondHalf = '\ue000'
const token = /\x1b\[([?0-9;]*)([A-Za-z])|[\s\S]/gu

/** Understands newlines, carriage returns, cursor up and forward, erasing, wide characters, colours (dropped), wrapping and scrolling. */
export function createTestTerminal(columns = 80, rows = 24): TestTerminal {
  const terminal = new Terminal(columns, rows)
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      terminal.take(String(chunk))
      done()
    },
  })
  return Object.assign(stream, {
    isTTY: true as const,
    columns,
    rows,
    written: () => terminal.written,
    lines: () => terminal.lines(),
    isCursorShown: () => terminal.isCursorShown,
    resize(this: TestTerminal, wide: number, high: number) {
      Object.assign(this, { columns: wide, rows: high })
      terminal.resize(wide, high)
      this.emit('resize')
    },
  })
}

class Terminal {
  written = ''
  isCursorShown = true
  #columns: number
  #rows: number
  #grid: Row[] = [{ text: '', isContinued: false }]
  #row = 0
  #column = 0

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.#rows = rows
  }

  take(text: string): void {
    this.written += text
    for (const [whole, parameters = '', command] of text.matchAll(token)) {
      if (command === undefined) this.#put(whole)
      else this.#obey(command, parameters)
    }
  }

  lines(): string[] {
    const lines: string[] = []
    for (const { text, isContinued } of this.#grid) {
      if (isContinued) lines[lines.length - 1] += text
      else lines.push(text)
    }
    while (lines.at(-1)?.trim() === '') lines.pop()
    return lines.map((line) => line.replaceAll(secondHalf, '').trimEnd())
  }

  resize(columns: number, rows: number): void {
    const whole = this.lines()
    this.#columns = columns
    this.#rows = rows
    this.#grid = whole.flatMap((line) => {
      const pieces = line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']
      return pieces.map((text, n): Row => ({ text, isContinued: n > 0 }))
    })
    this.#grid.push({ text: '', isContinued: false })
    this.#row = this.#grid.length - 1
    this.#column = 0
  }

  #obey(command: string, parameters: string): void {
    const top = Math.max(0, this.#grid.length - this.#rows)
    if (command === 'A') this.#row = Math.max(top, this.#row - Number(parameters || 1))
    else if (command === 'C')
      this.#column = Math.min(this.#columns - 1, this.#column + Number(parameters || 1))
    else if (command === 'K' && parameters === '2') this.#at().text = ''
    else if (command === 'K') this.#cutHere()
    else if (command === 'J') {
      this.#cutHere()
      this.#grid.length = this.#row + 1
    } else if (command === 'h') this.isCursorShown = true
    else if (command === 'l') this.isCursorShown = false
    else if (command !== 'm') throw new Error(`The test terminal does not know ${command}.`)
  }

  #cutHere(): void {
    this.#at().text = this.#at().text.slice(0, this.#column)
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#row += 1
      this.#column = 0
      this.#at().isContinued = false
    } else if (character === '\r') this.#column = 0
    else {
      if (this.#column === this.#columns) {
        this.#row += 1
        this.#column = 0
        this.#at().isContinued = true
      }
      const row = this.#at()
      row.text = row.text.padEnd(this.#column)
      const cells = character + secondHalf.repeat(Math.max(0, displayWidth(character) - 1))
      row.text = row.text.slice(0, this.#column) + cells + row.text.slice(this.#column + cells.length)
      this.#column += cells.length
    }
  }

  #at(): Row {
    while (this.#grid.length <= this.#row) this.#grid.push({ text: '', isContinued: false })
    return this.#grid[this.#row]!
  }
}
