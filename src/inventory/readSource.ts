// Reads one inventory source into the draft: decides what it is, and hands it to the reader of that kind.

import { basename, extname } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import type { Draft } from './draft.ts'
import { type Files, inventoryFiles, isFolder } from './files.ts'
import { readIni } from './ini.ts'
import { fromPlain, textSource } from './located.ts'
import { moduleAnswer } from './moduleAnswer.ts'
import { addHosts, readTree } from './readTree.ts'
import { isScript, readScript } from './script.ts'

export type SourceContext = {
  readonly draft: Draft
  readonly files: Files
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
  if (files.length === 0) context.draft.faults.push(emptyFolder(context.files.shown(source)))
  for (const file of files) await readFile(file, context)
}

function tomlFault(path: string, file: string): PlaybookError {
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
    context.draft.faults.push(tomlFault(path, context.files.shown(path)))
    return
  }
  if (isScript(path)) return readScript(path, context.files, context.draft)
  const read = context.files.text(path)
  if (!read) return
  const isYaml = yamlExtensions.includes(extension) || (extension !== '.ini' && looksLikeYaml(read.text))
  if (!isYaml) return readIni(read.text, context.files.shown(path), context.draft, read.isConcealed)
  const root = context.files.yamlText(path, read.text, read.isConcealed)
  if (root) readTree(root, context.draft)
}

/** The first line that says something decides: `---`, `{`, or `name:`. */
function looksLikeYaml(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#;]/.test(line)) ?? ''
  return /^(?:---|%YAML|\{|(?:"[^"]*"|'[^']*'|[^\s[=:]+)\s*:(?:\s|$))/.test(first)
}

function readHostList(source: string, { draft }: SourceContext): void {
  const list = textSource(`-i ${source}`, source)
  for (const name of source.split(',')) {
    const key = name.trim()
    if (key === '') continue
    const node = { value: null, source: list, offset: 0 }
    addHosts({ key, keySource: list, keyOffset: source.indexOf(key), node }, draft.ungrouped, [], draft)
  }
}

/** A module's default export is the YAML's shape as an object, or a function that gives it. */
async function readModule(
  path: string,
  { draft, files, loadModule, cacheFolder }: SourceContext,
): Promise<void> {
  const file = files.shown(path)
  const where = { file, line: 1 }
  if (!loadModule) {
    draft.faults.push(
      new PlaybookError('E_INVENTORY', 'an inventory module cannot be loaded here', { where }),
    )
    return
  }
  try {
    const loaded = (await loadModule(path)) as { default?: unknown } | undefined
    const exported = loaded?.default ?? loaded
    const value = await moduleAnswer(exported, path, cacheFolder)
    readTree(fromPlain(value, textSource(file, '')), draft)
  } catch (error) {
    const message = `the inventory module failed: ${(error as Error).message}`
    draft.faults.push(
      error instanceof PlaybookError
        ? error
        : new PlaybookError('E_INVENTORY', message, { where, cause: error }),
    )
  }
}
