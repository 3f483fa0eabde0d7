// What the words before the cursor say: which command is being written, and what the next word is.

import type { Command, Option } from 'commander'

export type Cursor = {
  readonly command: Command
  /** The command's operands so far. */
  readonly operands: readonly string[]
  /** What its flags were given so far, by their names. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** The word at the cursor, as far as it is written; behind `--flag=` what stands behind it. */
  readonly current: string
  /** `--flag=` where the word begins so. */
  readonly prefix: string
  /** The flag whose value the word is. */
  readonly option?: Option
}

/** Reads all words but the last as the command line would; the last one is being written. */
export function parseWords(program: Command, words: readonly string[]): Cursor {
  const current = words.at(-1) ?? ''
  const values = new Map<string, string[]>()
  const operands: string[] = []
  let command = program
  let waiting: Option | undefined
  for (const word of words.slice(0, -1)) {
    if (waiting && !(waiting.optional && word.startsWith('-'))) {
      addValue(values, waiting, word)
      waiting = undefined
    } else if (word.startsWith('-') && word !== '-') waiting = parseFlag(command, word, values)
    else {
      const inner = operands.length === 0 ? findSubcommand(command, word) : undefined
      if (inner) command = inner
      else operands.push(word)
    }
  }
  if (waiting && !(waiting.optional && current.startsWith('-')))
    return { command, operands, values, current, prefix: '', option: waiting }
  const [, flag, rest] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? []
  const option = flag === undefined ? undefined : findOption(command, flag)
  if (!option) return { command, operands, values, current, prefix: '' }
  return { command, operands, values, current: rest!, prefix: `${flag}=`, option }
}

/** Keeps a flag's value, or gives the flag that waits for it. */
function parseFlag(command: Command, word: string, values: Map<string, string[]>): Option | undefined {
  const [, long, given] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? []
  const option =
    findOption(command, long ?? word) ??
    (word.startsWith('--') ? undefined : findOption(command, word.slice(0, 2)))
  if (!option?.required && !option?.optional) return undefined
  if (long !== undefined) addValue(values, option, given!)
  else if (word === option.long || word === option.short) return option
  else addValue(values, option, word.slice(2))
  return undefined
}

function addValue(values: Map<string, string[]>, option: Option, value: string): void {
  const name = option.attributeName()
  values.set(name, [...(values.get(name) ?? []), value])
}

function findSubcommand(command: Command, word: string): Command | undefined {
  return command.commands.find((each) => each.name() === word || each.aliases().includes(word))
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find((option) => option.long === flag || option.short === flag)
}
