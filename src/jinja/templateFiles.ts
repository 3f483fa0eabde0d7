// Reads template files: the one to render, and those it includes.

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { PlaybookError } from '../model/errors/error.ts'
import { sourceText } from '../model/errors/sourceText.ts'
import { type ParsedTemplate, parseTemplate } from './syntax/parse.ts'
import type { TemplateSettings } from './syntax/settings.ts'

/**
 * Parses the text of a template file. The trailing newline stays in the result, as Ansible's template module keeps it.
 *
 * @throws PlaybookError E_TEMPLATE for a mistake in it, with file, line and column
 */
export function parseTemplateFile(file: string, text: string, settings: TemplateSettings): ParsedTemplate {
  return parseTemplate(text, settings, sourceText(file, text.replace(/\r\n?/g, '\n')).locate, true)
}

/**
 * Finds templates by name in these folders, the first that has it; undefined if none has. Each is read once.
 *
 * @throws PlaybookError E_TEMPLATE for a name with `..` in it, and for a file that cannot be read or parsed
 */
export function templateLoader(
  folders: readonly string[],
  settings: TemplateSettings,
  cwd = process.cwd(),
): (name: string) => ParsedTemplate | undefined {
  const known = new Map<string, ParsedTemplate | undefined>()
  return (name) => {
    if (!known.has(name)) known.set(name, load(name, folders, settings, cwd))
    return known.get(name)
  }
}

function load(
  name: string,
  folders: readonly string[],
  settings: TemplateSettings,
  cwd: string,
): ParsedTemplate | undefined {
  if (name.split('/').includes('..'))
    throw new PlaybookError('E_TEMPLATE', `the name ${name} leaves the folders of templates`, {
      hint: `Name it from one of them: ${folders.join(', ')}`,
    })
  for (const folder of folders) {
    const path = join(folder, name)
    const text = readIfFile(path)
    if (text !== undefined) return parseTemplateFile(shownPath(path, cwd), text, settings)
  }
  return undefined
}

function readIfFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw new PlaybookError('E_TEMPLATE', message)
  }
}

function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') ? path : short
}
