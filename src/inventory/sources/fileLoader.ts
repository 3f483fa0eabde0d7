// The files of an inventory: which there are, and their texts as located values, each read once.

import { isUtf8 } from 'node:buffer'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { decodeAnsibleTypes, mayHaveAnsibleTypes, type OpenVault } from '../parsing/ansibleJson.ts'
import { parseYaml } from '../parsing/parseYaml.ts'
import type { SourceNode } from '../parsing/sourceNode.ts'
import {
  decryptVault,
  isVault,
  toVaultFileSecret,
  type VaultPassword,
  VaultSecret,
} from '../vault/decrypt.ts'

// What Ansible's inventory manager skips in a directory (INVENTORY_IGNORE_EXTS and its fixed names, 2.19).
const ignored =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/
const varsExtensions = ['', '.yml', '.yaml', '.json']

export type FileLoaderOptions = {
  /** The working folder: messages name files relative to it. */
  readonly cwd: string
  readonly vaultPasswords: readonly VaultPassword[]
}

/** The reader of an inventory's files; faults and warnings of all of them gather in it. */
export class FileLoader {
  readonly errors: PlaybookError[] = []
  readonly warnings: PlaybookError[] = []
  readonly #options: FileLoaderOptions
  readonly #parsed = new Map<string, SourceNode | undefined>()
  readonly #listed = new Map<string, ReadonlySet<string>>()

  constructor(options: FileLoaderOptions) {
    this.#options = options
  }

  /** A path as messages show it. */
  displayPath(path: string): string {
    const short = relative(this.#options.cwd, path)
    return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short
  }

  /** A file's text, opened if it is a vault; undefined, and a fault, where it cannot be read. */
  readText(path: string): { readonly readText: string; readonly isEncrypted: boolean } | undefined {
    const where = { file: this.displayPath(path), line: 1 }
    try {
      const bytes = readFileSync(path)
      const readText = bytes.toString('utf8').replace(/^\uFEFF/, '')
      if (!isUtf8(bytes)) throw invalidUtf8(readText, where.file)
      if (!isVault(readText)) return { readText, isEncrypted: false }
      return { readText: decryptVault(readText, this.#options.vaultPasswords, where), isEncrypted: true }
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      const message = `cannot be read: ${isMissing ? 'there is no such file' : (error as Error).message}`
      this.errors.push(
        error instanceof PlaybookError
          ? error
          : new PlaybookError('E_INVENTORY', message, { where, cause: error }),
      )
      return undefined
    }
  }

  /** A YAML file as located values; undefined where it is empty or wrong. */
  readYaml(path: string): SourceNode | undefined {
    if (!this.#parsed.has(path)) this.#parsed.set(path, this.#parse(path))
    return this.#parsed.get(path)
  }

  /** A YAML text that was read already. */
  parseYaml(path: string, readText: string, isEncrypted = false): SourceNode | undefined {
    const { root, errors, warnings } = parseYaml(readText, {
      file: this.displayPath(path),
      openVault: this.openVault,
      ...(isEncrypted ? { toSecret: toVaultFileSecret } : {}),
    })
    this.errors.push(...errors)
    this.warnings.push(...warnings)
    if (errors.length > 0 || !root) return undefined
    return mayHaveAnsibleTypes(readText) ? decodeAnsibleTypes(root, this.openVault) : root
  }

  /** The secret of a single value's vault text, opened when it is first needed. */
  readonly openVault: OpenVault = (ciphertext, at) =>
    new VaultSecret(ciphertext, () => decryptVault(ciphertext, this.#options.vaultPasswords, at()))

  /**
   * The variable files of a group or host in `folder` (`…/group_vars`), in the order they are read: NAME (a folder's
   * files sorted, nested folders too), else NAME.yml, else NAME.yaml, else NAME.json.
   */
  varsFiles(folder: string, name: string): string[] {
    const names = this.#namesIn(folder)
    const found = varsExtensions.map((extension) => name + extension).find((each) => names.has(each))
    if (found === undefined) return []
    const path = join(folder, found)
    return isFolder(path) ? folderFiles(path) : [path]
  }

  /** Whether a folder is there and not empty. */
  hasFilesIn(folder: string): boolean {
    return this.#namesIn(folder).size > 0
  }

  #parse(path: string): SourceNode | undefined {
    const read = this.readText(path)
    return read && this.parseYaml(path, read.readText, read.isEncrypted)
  }

  #namesIn(folder: string): ReadonlySet<string> {
    let names = this.#listed.get(folder)
    if (!names) {
      names = new Set(isFolder(folder) ? readdirSync(folder) : [])
      this.#listed.set(folder, names)
    }
    return names
  }
}

/**
 * The file or folder that `-i name` means: looked for in the working folder, then in its `inventory/`. A list of
 * hosts (`web-01,web-02,`) is returned as it is.
 *
 * @throws PlaybookError E_NO_INVENTORY naming the places looked at
 * @example findInventory('lab.yaml', '/repo') // '/repo/inventory/lab.yaml'
 */
export function findInventory(name: string, cwd: string): string {
  const candidates = isAbsolute(name) ? [name] : [resolve(cwd, name), resolve(cwd, 'inventory', name)]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found !== undefined) return found
  if (name.includes(',') && !isAbsolute(name)) return name
  const beside = [cwd, resolve(cwd, 'inventory')].flatMap((folder) =>
    isFolder(folder) ? readdirSync(folder) : [],
  )
  const likely = beside.find((file) => file.replace(/\.\w+$/, '') === name)
  const hint = likely ? `Did you mean ${likely}?` : didYouMean(name, beside)
  throw new PlaybookError('E_NO_INVENTORY', `No inventory "${name}".`, {
    details: candidates.map(
      (candidate) =>
        `Looked at ${relative(cwd, candidate).startsWith('..') ? candidate : `.${sep}${relative(cwd, candidate)}`}`,
    ),
    hint: hint ?? `A list of hosts ends with a comma: -i ${name},`,
  })
}

/** The inventory files of a directory, sorted, nested directories opened, without what Ansible skips. */
export function inventoryFiles(folder: string): string[] {
  return sorted(readdirSync(folder))
    .filter((name) => !ignored.test(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (isFolder(path) ? inventoryFiles(path) : [path]))
}

/** Whether a path is a directory. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** `text` has U+FFFD where bytes were no character. */
function invalidUtf8(text: string, file: string): PlaybookError {
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length
  const message = 'bytes that are no UTF-8 stand in this line'
  return new PlaybookError('E_INVENTORY', message, { where: { file, line }, hint: 'Save the file as UTF-8.' })
}

function folderFiles(folder: string): string[] {
  return sorted(readdirSync(folder))
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => {
      const path = join(folder, name)
      const extension = /[^.](\.[^.]*)$/.exec(name)?.[1] ?? ''
      if (isFolder(path)) return extension === '' ? folderFiles(path) : []
      return varsExtensions.includes(extension) ? [path] : []
    })
}

/** By code point, as Python sorts. */
function sorted(names: readonly string[]): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
