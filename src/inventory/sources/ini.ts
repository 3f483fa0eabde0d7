// Reads INI inventories: sections of hosts, `[group:vars]`, `[group:children]`.

import { type SourceText, sourceText } from '../../model/errors/sourceText.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { pythonLiteral } from '../parsing/pythonLiteral.ts'
import { shellSplit } from '../parsing/shellSplit.ts'
import { type MapEntry, toSourceNode } from '../parsing/sourceNode.ts'
import { toVaultFileSecrets } from '../vault/vaultSecrets.ts'
import { addHosts } from './addHosts.ts'
import type { GroupData, InventoryBuilder } from './inventoryBuilder.ts'

/**
 * Adds the groups, hosts and variables of an INI inventory, as Ansible's `ini` plugin reads them: a value that is a
 * Python literal (`True`, `1`, `['a']`) becomes what it stands for, any other (`true`, `/opt`) is text. If the file was
 * encrypted, texts are secrets.
 */
export function readIni(text: string, file: string, builder: InventoryBuilder, isEncrypted = false): void {
  new IniReader(text, file, builder, isEncrypted).read(text)
}

const sections = ['hosts', 'vars', 'children']
const sectionHint = 'A section is [group], [group:vars] or [group:children], without spaces.'

/** An error in the current line. */
class LineError extends RangeError {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

type Pending = { readonly kind: 'vars' | 'children'; readonly parents: GroupData[]; readonly offset: number }

class IniReader {
  readonly #source: SourceText
  readonly #builder: InventoryBuilder
  readonly #isEncrypted: boolean
  /** Groups named so far that have no section of their own yet. */
  readonly #pending = new Map<string, Pending>()
  #group: GroupData
  #section = 'hosts'

  constructor(text: string, file: string, builder: InventoryBuilder, isEncrypted: boolean) {
    this.#isEncrypted = isEncrypted
    this.#source = sourceText(file, text)
    this.#builder = builder
    this.#group = builder.ungrouped
  }

  read(text: string): void {
    let offset = 0
    for (const raw of text.split('\n')) {
      const line = raw.trim()
      const start = offset + raw.indexOf(line)
      if (line !== '' && !/^[;#]/.test(line)) this.#readLine(line, start)
      offset += raw.length + 1
    }
    for (const [name, pending] of this.#pending) this.#addUndeclaredError(name, pending)
  }

  #readLine(line: string, offset: number): void {
    try {
      const section = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line)
      if (section) this.#startSection(section[1]!, section[2] ?? 'hosts', offset)
      else if (/^\[.*\]$/.test(line)) throw new LineError(`${line} is not a section`, sectionHint)
      else if (this.#section === 'vars') this.#readVariable(line, offset)
      else if (this.#section === 'children') this.#readChild(line, offset)
      else if (this.#section === 'hosts') this.#readHost(line, offset)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#addError(offset, error.message, error instanceof LineError ? error.hint : undefined)
    }
  }

  #startSection(name: string, kind: string, offset: number): void {
    this.#section = kind
    if (!sections.includes(kind)) {
      throw new LineError(`[${name}:${kind}] is not a section`, didYouMean(kind, sections) ?? sectionHint)
    }
    const isNew = !this.#builder.groups.has(name)
    if (isNew && kind === 'vars' && !this.#pending.has(name)) {
      this.#pending.set(name, { kind: 'vars', parents: [], offset })
    }
    this.#group = this.#builder.addGroup(name, this.#source.locate(offset))
    if (kind !== 'vars') this.#declare(name)
  }

  /** Adds a group that earlier sections named to its parents, now that it has a section of its own. */
  #declare(name: string): void {
    const pending = this.#pending.get(name)
    if (!pending) return
    this.#pending.delete(name)
    const group = this.#builder.groups.get(name)!
    for (const parent of pending.parents)
      this.#builder.addChild(parent, group, this.#source.locate(pending.offset))
  }

  #readHost(line: string, offset: number): void {
    const [name = '', ...words] = shellSplit(line, { comments: true })
    if (name.endsWith(':'))
      throw new LineError(
        `"${name}" ends in ":"`,
        'A port must follow it; if this is YAML, name the file .yml.',
      )
    if (name === '---') throw new LineError('"---" starts a YAML file', 'Name the file .yml.')
    const vars = words.map((word) => this.#assignment(word, offset + wordStart(line, word)))
    const entry = { ...this.#entry(name, '', offset), node: { value: null, source: this.#source, offset } }
    addHosts(entry, this.#group, vars, this.#builder)
  }

  #assignment(word: string, offset: number): MapEntry {
    const equals = word.indexOf('=')
    if (equals < 1) throw new LineError(`"${word}" is not key=value`)
    return this.#entry(word.slice(0, equals), word.slice(equals + 1), offset, offset + equals + 1)
  }

  #readVariable(line: string, offset: number): void {
    const equals = line.indexOf('=')
    if (equals < 1) throw new LineError(`expected key=value, got "${line}"`)
    const rest = line.slice(equals + 1)
    const value = rest.trim()
    const valueOffset = offset + equals + 1 + rest.indexOf(value)
    const entry = this.#entry(line.slice(0, equals).trim(), value, offset, valueOffset)
    this.#builder.setGroupVar(this.#group, entry)
  }

  #entry(key: string, text: string, offset: number, valueOffset = offset): MapEntry {
    const value = pythonLiteral(text)
    const node = toSourceNode(
      this.#isEncrypted ? toVaultFileSecrets(value) : value,
      this.#source,
      valueOffset,
    )
    const isFloat = typeof value === 'number' && /^[^xXoObB]*[.eE]/.test(text)
    return { key, keySource: this.#source, keyOffset: offset, node: isFloat ? { ...node, isFloat } : node }
  }

  #readChild(line: string, offset: number): void {
    const name = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1]
    if (name === undefined) throw new LineError(`expected the name of a group, got "${line}"`)
    const known = this.#builder.groups.get(name)
    const pending = this.#pending.get(name)
    if (known) this.#builder.addChild(this.#group, known, this.#source.locate(offset))
    else if (pending) pending.parents.push(this.#group)
    else this.#pending.set(name, { kind: 'children', parents: [this.#group], offset })
  }

  #addUndeclaredError(name: string, { kind, parents, offset }: Pending): void {
    const section = kind === 'vars' ? `[${name}:vars]` : `[${parents.at(-1)!.name}:children]`
    const known = [...this.#builder.groups.keys()].filter((each) => each !== name)
    this.#addError(
      offset,
      `${section} names the group ${name}, which no section declares`,
      didYouMean(name, known) ?? `Declare it: [${name}]`,
    )
  }

  #addError(offset: number, message: string, hint?: string): void {
    const shown = this.#isEncrypted ? 'this line of the encrypted file is wrong' : message
    this.#builder.addError(shown, this.#source.locate(offset), this.#isEncrypted ? undefined : hint)
  }
}

/** The index of a word's key in its line; unlike the value, the key has no quotes that were removed. */
function wordStart(line: string, word: string): number {
  const key = word.slice(0, word.indexOf('=') + 1)
  const before = Math.max(line.indexOf(` ${key}`), line.indexOf(`\t${key}`))
  return key === '' ? 0 : before + 1
}
