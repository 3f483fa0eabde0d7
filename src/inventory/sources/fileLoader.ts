// Loads the files of an inventory: decrypts and parses each once.

import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { decodeAnsibleTypes, mayHaveAnsibleTypes, type OpenVault } from '../parsing/ansibleJson.ts'
import { hasJinja } from '../parsing/jinja.ts'
import { parseYaml } from '../parsing/parseYaml.ts'
import type { SourceNode } from '../parsing/sourceNode.ts'
import { decryptVault, isVault, type VaultPassword } from '../vault/decrypt.ts'
import { toVaultFileSecret, VaultSecret } from '../vault/vaultSecrets.ts'

const varsExtensions = ['', '.yml', '.yaml', '.json']

type FileLoaderOptions = {
  /** The working folder; messages show paths relative to it. */
  readonly cwd: string
  readonly vaultPasswords: readonly VaultPassword[]
}

/** Reads files and collects the errors and warnings of all of them. */
export class FileLoader {
  readonly errors: PlaybookError[] = []
  readonly warnings: PlaybookError[] = []
  /** Whether a text may hold templates (`{{ … }}`), or floats such as `1.0`, which templates write with the point. */
  mayHaveTemplates = false
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

  /**
   * The text of a file, decrypted if need be; undefined, and an error, if it cannot be read. One that is not UTF-8 is read
   * as Latin-1, with a warning, where `mayBeLatin1` takes its text.
   */
  readText(
    path: string,
    mayBeLatin1: (text: string) => boolean = () => false,
  ): { readonly text: string; readonly isEncrypted: boolean } | undefined {
    const where = { file: this.displayPath(path), line: 1 }
    try {
      const bytes = readFileSync(path)
      const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
      if (!isUtf8(bytes)) {
        const invalid = invalidUtf8(text, where.file)
        const latin1 = bytes.toString('latin1')
        if (!mayBeLatin1(latin1)) throw invalid
        this.warnings.push(invalid.with({ message: `${invalid.message}: the file is read as Latin-1` }))
        return { text: this.noted(latin1), isEncrypted: false }
      }
      const isEncrypted = isVault(text)
      return {
        text: this.noted(isEncrypted ? decryptVault(text, this.#options.vaultPasswords, where) : text),
        isEncrypted,
      }
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      const message = isMissing ? 'no such file' : `cannot be read: ${(error as Error).message}`
      this.errors.push(
        error instanceof PlaybookError
          ? error
          : new PlaybookError('E_INVENTORY', message, { where, cause: error }),
      )
      return undefined
    }
  }

  /** Notes whether a text may hold templates, and gives it back. */
  noted(text: string): string {
    this.mayHaveTemplates ||= hasJinja(text) || /(?<![\d.])\d+\.0+(?![\d.])/.test(text)
    return text
  }

  /** The content of a YAML file; undefined if it is empty or does not parse. */
  readYaml(path: string): SourceNode | undefined {
    if (!this.#parsed.has(path)) this.#parsed.set(path, this.#parse(path))
    return this.#parsed.get(path)
  }

  /** The content of a YAML text; `path` is shown in messages. */
  parseYaml(path: string, text: string, isEncrypted = false): SourceNode | undefined {
    const { root, errors, warnings } = parseYaml(text, {
      file: this.displayPath(path),
      openVault: this.openVault,
      toSecret: isEncrypted ? toVaultFileSecret : undefined,
    })
    this.errors.push(...errors)
    this.warnings.push(...warnings)
    if (errors.length > 0 || !root) return undefined
    return mayHaveAnsibleTypes(text) ? decodeAnsibleTypes(root, this.openVault) : root
  }

  /** Makes a secret of a `!vault` value, decrypted on first use. */
  readonly openVault: OpenVault = (ciphertext, where) =>
    new VaultSecret(ciphertext, () => decryptVault(ciphertext, this.#options.vaultPasswords, where()))

  /**
   * The variable files of a group or host in `folder` (`…/group_vars`), in the order in which they are read: NAME (a
   * file, or a folder with all files in it), else NAME.yml, else NAME.yaml, else NAME.json.
   */
  varsFiles(folder: string, name: string): string[] {
    const names = this.#namesIn(folder)
    const found = varsExtensions.map((extension) => name + extension).find((each) => names.has(each))
    if (found === undefined) return []
    const path = join(folder, found)
    return isFolder(path) ? folderFiles(path) : [path]
  }

  /** Whether a folder exists and is not empty. */
  hasFilesIn(folder: string): boolean {
    return this.#namesIn(folder).size > 0
  }

  #parse(path: string): SourceNode | undefined {
    const read = this.readText(path)
    return read && this.parseYaml(path, read.text, read.isEncrypted)
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

/** Whether a path is a directory. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** `text` has U+FFFD in place of invalid bytes. */
function invalidUtf8(text: string, file: string): PlaybookError {
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length
  const where = { file, line }
  return new PlaybookError('E_INVENTORY', 'invalid UTF-8 in this line', {
    where,
    hint: 'Save the file as UTF-8.',
  })
}

function folderFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => {
      const path = join(folder, name)
      const extension = /[^.](\.[^.]*)$/.exec(name)?.[1] ?? ''
      if (isFolder(path)) return extension === '' ? folderFiles(path) : []
      return varsExtensions.includes(extension) ? [path] : []
    })
}
