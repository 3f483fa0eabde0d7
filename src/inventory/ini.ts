// Reads Ansible's INI inventories: sections of hosts, `[group:vars]`, `[group:children]`.

import { PlaybookError } from '../model/errors/error.ts'
import { didYouMean } from '../model/errors/suggest.ts'
import type { Draft, DraftGroup } from './draft.ts'
import { type Entry, fromPlain, type Source, textSource } from './located.ts'
import { pythonLiteral } from './pythonLiteral.ts'
import { addHosts } from './readTree.ts'
import { shellSplit } from './shellSplit.ts'
import { concealedDeep } from './vault.ts'

/**
 * Adds an INI inventory's groups, hosts and variables to the draft, as Ansible's `ini` plugin reads them: values are
 * Python literals where they are ones (`True`, `1`, `['a']`) and text where not (`true`, `/opt`). Where the file was
 * encrypted (`isConcealed`), they are secrets.
 */
export function readIni(text: string, file: string, draft: Draft, isConcealed = false): void {
  new IniReader(text, file, draft, isConcealed).read(text)
}

const sections = ['hosts', 'vars', 'children']
const sectionHint = 'A section is [group], [group:vars] or [group:children], without spaces.'

/** What is wrong with the line being read. */
class LineFault extends RangeError {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

type Pending = { readonly kind: 'vars' | 'children'; readonly parents: DraftGroup[]; readonly offset: number }

class IniReader {
  readonly #source: Source
  readonly #draft: Draft
  readonly #isConcealed: boolean
  /** Groups that were named and not yet declared by a section of their own. */
  readonly #pending = new Map<string, Pending>()
  #group: DraftGroup
  #section = 'hosts'

  constructor(text: string, file: string, draft: Draft, isConcealed: boolean) {
    this.#isConcealed = isConcealed
    this.#source = textSource(file, text)
    this.#draft = draft
    this.#group = draft.ungrouped
  }

  read(text: string): void {
    let offset = 0
    for (const raw of text.split('\n')) {
      const line = raw.trim()
      const start = offset + raw.indexOf(line)
      if (line !== '' && !/^[;#]/.test(line)) this.#readLine(line, start)
      offset += raw.length + 1
    }
    for (const [name, pending] of this.#pending) this.#undeclared(name, pending)
  }

  #readLine(line: string, offset: number): void {
    try {
      const section = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line)
      if (section) this.#startSection(section[1]!, section[2] ?? 'hosts', offset)
      else if (/^\[.*\]$/.test(line)) throw new LineFault(`${line} is no section`, sectionHint)
      else if (this.#section === 'vars') this.#readVariable(line, offset)
      else if (this.#section === 'children') this.#readChild(line, offset)
      else if (this.#section === 'hosts') this.#readHost(line, offset)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#fault(offset, error.message, error instanceof LineFault ? error.hint : undefined)
    }
  }

  #startSection(name: string, kind: string, offset: number): void {
    this.#section = kind
    if (!sections.includes(kind)) {
      throw new LineFault(`[${name}:${kind}] is no section`, didYouMean(kind, sections) ?? sectionHint)
    }
    const isNew = !this.#draft.groups.has(name)
    if (isNew && kind === 'vars' && !this.#pending.has(name)) {
      this.#pending.set(name, { kind: 'vars', parents: [], offset })
    }
    this.#group = this.#draft.addGroup(name, this.#place(offset))
    if (kind !== 'vars') this.#declare(name)
  }

  /** A section of its own settles what earlier sections said of a group: its parents take it in now. */
  #declare(name: string): void {
    const pending = this.#pending.get(name)
    if (!pending) return
    this.#pending.delete(name)
    const group = this.#draft.groups.get(name)!
    for (const parent of pending.parents) this.#draft.addChild(parent, group, this.#place(pending.offset))
  }

  #readHost(line: string, offset: number): void {
    const [name = '', ...words] = shellSplit(line, { comments: true })
    if (name.endsWith(':'))
      throw new LineFault(`"${name}" ends in ":"`, 'A port follows it; if this is YAML, name the file .yml.')
    if (name === '---') throw new LineFault('"---" starts a YAML file', 'Name the file .yml.')
    const vars = words.map((word) => this.#assignment(word, offset + wordStart(line, word)))
    const entry = { ...this.#entry(name, '', offset), node: { value: null, source: this.#source, offset } }
    addHosts(entry, this.#group, vars, this.#draft)
  }

  #assignment(word: string, offset: number): Entry {
    const equals = word.indexOf('=')
    if (equals < 1) throw new LineFault(`"${word}" is not key=value`)
    return this.#entry(word.slice(0, equals), word.slice(equals + 1), offset, offset + equals + 1)
  }

  #readVariable(line: string, offset: number): void {
    const equals = line.indexOf('=')
    if (equals < 1) throw new LineFault(`expected key=value, got "${line}"`)
    const rest = line.slice(equals + 1)
    const value = rest.trim()
    const valueOffset = offset + equals + 1 + rest.indexOf(value)
    const entry = this.#entry(line.slice(0, equals).trim(), value, offset, valueOffset)
    this.#draft.setGroupVar(this.#group, entry)
  }

  #entry(key: string, text: string, offset: number, valueOffset = offset): Entry {
    const value = pythonLiteral(text)
    const node = fromPlain(this.#isConcealed ? concealedDeep(value) : value, this.#source, valueOffset)
    return { key, keySource: this.#source, keyOffset: offset, node }
  }

  #readChild(line: string, offset: number): void {
    const name = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1]
    if (name === undefined) throw new LineFault(`expected the name of a group, got "${line}"`)
    const known = this.#draft.groups.get(name)
    const pending = this.#pending.get(name)
    if (known) this.#draft.addChild(this.#group, known, this.#place(offset))
    else if (pending) pending.parents.push(this.#group)
    else this.#pending.set(name, { kind: 'children', parents: [this.#group], offset })
  }

  #undeclared(name: string, { kind, parents, offset }: Pending): void {
    const section = kind === 'vars' ? `[${name}:vars]` : `[${parents.at(-1)!.name}:children]`
    const known = [...this.#draft.groups.keys()].filter((each) => each !== name)
    this.#fault(
      offset,
      `${section} names the group ${name}, which no section declares`,
      didYouMean(name, known) ?? `Declare it: [${name}]`,
    )
  }

  #place(offset: number) {
    return { file: this.#source.file, ...this.#source.locate(offset) }
  }

  #fault(offset: number, written: string, hint?: string): void {
    const where = this.#place(offset)
    const message = this.#isConcealed ? 'this line of the encrypted file is wrong' : written
    this.#draft.faults.push(new PlaybookError('E_INVENTORY', message, { where, ...(hint ? { hint } : {}) }))
  }
}

/** Where a word's key stands in its line: the splitting took its quotes, but a key has none. */
function wordStart(line: string, word: string): number {
  const key = word.slice(0, word.indexOf('=') + 1)
  const before = Math.max(line.indexOf(` ${key}`), line.indexOf(`\t${key}`))
  return key === '' ? 0 : before + 1
}
