// Reads one inventory source into the draft: decides what it is, and hands it to the reader of that kind.

import { basename, extname } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { sourceText, toSourceNode } from '../parsing/sourceNode.ts'
import { type FileLoader, inventoryFiles, isFolder } from './fileLoader.ts'
import { addHosts, readGroupTree } from './groupTree.ts'
import { readIni } from './ini.ts'
import type { InventoryBuilder } from './inventoryBuilder.ts'
import { evaluateModule } from './moduleCache.ts'
import { isScript, readScript } from './script.ts'

export type SourceContext = {
  readonly builder: InventoryBuilder
  readonly files: FileLoader
  readonly loadModule: ((path: string) => Promise<unknown>) | undefined
  /** Where answers of modules are kept that allow it. */
  readonly cacheFolder: string | undefined
}

const moduleExtensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']
const yamlExtensions = ['.yaml', '.yml', '.json']

/** Reads a file, a directory of files, or a list of hosts (`a,b,`); what is wrong becomes faults. */
export async function readSource(source: string, context: SourceContext): Promise<void> {
  if (source.includes(',') && !source.startsWith('/')) return readHostList(source, context)
  if (!isFolder(source)) return readFile(source, context)
  const files = inventoryFiles(source)
  if (files.length === 0) context.builder.errors.push(emptyFolder(context.files.displayPath(source)))
  for (const file of files) await readFile(file, context)
}

function tomlError(path: string, file: string): PlaybookError {
  return new PlaybookError('E_INVENTORY', 'a TOML inventory is not read', {
    where: { file, line: 1 },
    hint: `Make it YAML: ansible-inventory -i ${basename(path)} --list --yaml`,
  })
}

function emptyFolder(file: string): PlaybookError {
  return new PlaybookError('E_INVENTORY', `The folder ${file} has no inventory file.`, {
    hint: 'Files that begin with "." or end in .cfg, .md, .txt, .rst, .orig, .bak, .retry, .swp or ~ are not read.',
  })
}

async function readFile(path: string, context: SourceContext): Promise<void> {
  const extension = extname(path)
  if (moduleExtensions.includes(extension)) return readModule(path, context)
  if (extension === '.toml') {
    context.builder.errors.push(tomlError(path, context.files.displayPath(path)))
    return
  }
  if (isScript(path)) return readScript(path, context.files, context.builder)
  const read = context.files.readText(path)
  if (!read) return
  const isYaml = yamlExtensions.includes(extension) || (extension !== '.ini' && looksLikeYaml(read.readText))
  if (!isYaml)
    return readIni(read.readText, context.files.displayPath(path), context.builder, read.isEncrypted)
  const root = context.files.parseYaml(path, read.readText, read.isEncrypted)
  if (root) readGroupTree(root, context.builder)
}

/** The first line that says something decides: `---`, `{`, or `name:`. */
function looksLikeYaml(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? ''
  return /^(?:---|%YAML|\{|(?:"[^"]*"|'[^']*'|[^\s[=:]+)\s*:(?:\s|$))/.test(first)
}

function readHostList(source: string, { builder }: SourceContext): void {
  const list = sourceText(`-i ${source}`, source)
  for (const name of source.split(',')) {
    const key = name.trim()
    if (key === '') continue
    const node = { value: null, source: list, offset: 0 }
    addHosts({ key, keySource: list, keyOffset: source.indexOf(key), node }, builder.ungrouped, [], builder)
  }
}

/** A module's default export is the YAML's shape as an object, or a function that gives it. */
async function readModule(
  path: string,
  { builder, files, loadModule, cacheFolder }: SourceContext,
): Promise<void> {
  const file = files.displayPath(path)
  const where = { file, line: 1 }
  if (!loadModule) {
    builder.errors.push(
      new PlaybookError('E_INVENTORY', 'an inventory module cannot be loaded here', { where }),
    )
    return
  }
  try {
    const loaded = (await loadModule(path)) as { default?: unknown } | undefined
    const exported = loaded?.default ?? loaded
    const value = await evaluateModule(exported, path, cacheFolder)
    readGroupTree(toSourceNode(value, sourceText(file, '')), builder)
  } catch (error) {
    const message = `the inventory module failed: ${(error as Error).message}`
    builder.errors.push(
      error instanceof PlaybookError
        ? error
        : new PlaybookError('E_INVENTORY', message, { where, cause: error }),
    )
  }
}
