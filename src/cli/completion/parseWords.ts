// Parses the words before the cursor: the command, its operands and flags.

import type { Command, Option } from 'commander'

export type Cursor = {
  readonly command: Command
  /** The operands before the cursor. */
  readonly operands: readonly string[]
  /** The word before the cursor. */
  readonly previous: string
  /** Values of flags before the cursor, by name. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** The incomplete word at the cursor, without `--flag=`. */
  readonly current: string
  /** `--flag=` if the word starts with it. */
  readonly prefix: string
  /** The flag whose value the word is, if any. */
  readonly option?: Option
}

/** Parses all words like the command line, except the last one, which is incomplete. */
export function parseWords(program: Command, words: readonly string[]): Cursor {
  const current = words.at(-1) ?? ''
  const previous = words.at(-2) ?? ''
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
    return { command, operands, previous, values, current, prefix: '', option: waiting }
  const [, flag, rest] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? []
  const option = flag === undefined ? undefined : findOption(command, flag)
  if (!option) return { command, operands, previous, values, current, prefix: '' }
  return { command, operands, previous, values, current: rest!, prefix: `${flag}=`, option }
}

/** Adds the value of a flag, or returns the flag if its value is the next word. */
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
