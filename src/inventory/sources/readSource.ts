// Reads an inventory source: a file of any format, a directory, or a list of hosts.

import { basename, extname } from 'node:path'
import { sourceText } from '../../model/errors/sourceText.ts'
import { addHosts } from './addHosts.ts'
import { type FileLoader, isFolder } from './fileLoader.ts'
import { inventoryFiles, isHostList } from './findInventory.ts'
import { readGroupTree } from './groupTree.ts'
import { readIni } from './ini.ts'
import type { InventoryBuilder } from './inventoryBuilder.ts'
import { type ModuleOptions, readModule } from './module.ts'
import { isScript, readScript } from './script.ts'

const moduleExtensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']
const yamlExtensions = ['.yaml', '.yml', '.json']

/** Adds a file, a directory of files, or a list of hosts (`a,b,`) to the builder, with the errors found. */
export async function readSource(
  source: string,
  files: FileLoader,
  builder: InventoryBuilder,
  options: ModuleOptions,
): Promise<void> {
  if (isHostList(source)) return readHostList(source, builder)
  if (!isFolder(source)) return readFile(source, files, builder, options)
  const paths = inventoryFiles(source)
  if (paths.length === 0) {
    const hint =
      'Files that begin with "." or end in .cfg, .md, .txt, .rst, .orig, .bak, .retry, .swp or ~ are not read.'
    builder.addError(`The folder ${files.displayPath(source)} has no inventory file.`, undefined, hint)
  }
  for (const path of paths) await readFile(path, files, builder, options)
}

async function readFile(
  path: string,
  files: FileLoader,
  builder: InventoryBuilder,
  options: ModuleOptions,
): Promise<void> {
  const extension = extname(path)
  if (moduleExtensions.includes(extension)) return readModule(path, options, files, builder)
  if (extension === '.toml') {
    const hint = `Convert it to YAML: ansible-inventory -i ${basename(path)} --list --yaml`
    return builder.addError('TOML inventories are not read', { file: files.displayPath(path), line: 1 }, hint)
  }
  if (isScript(path)) return readScript(path, files, builder)
  const isYaml = (text: string) =>
    yamlExtensions.includes(extension) || (extension !== '.ini' && looksLikeYaml(text))
  const read = files.readText(path, (text) => !isYaml(text))
  if (!read) return
  const { text, isEncrypted } = read
  if (!isYaml(text)) return readIni(text, files.displayPath(path), builder, isEncrypted)
  const root = files.parseYaml(path, text, isEncrypted)
  if (root) readGroupTree(root, builder)
}

/** Whether the first line that is not blank or a comment is `---`, `{`, or `name:`. */
function looksLikeYaml(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? ''
  return /^(?:---|%YAML|\{|(?:"[^"]*"|'[^']*'|[^\s[=:]+)\s*:(?:\s|$))/.test(first)
}

function readHostList(source: string, builder: InventoryBuilder): void {
  const list = sourceText(`-i ${source}`, source)
  for (const name of source.split(',')) {
    const key = name.trim()
    if (key === '') continue
    const node = { value: null, source: list, offset: 0 }
    addHosts({ key, keySource: list, keyOffset: source.indexOf(key), node }, builder.ungrouped, [], builder)
  }
}
