// Writes a new project, and says what to type next.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { schemaText } from '../../inventory/views/schemaText.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { asTyped, programName } from '../../report/output/program.ts'
import { loadPlaybook } from '../../userCode/loadPlaybook.ts'
import { askAnswers, type ProjectAnswers } from './askAnswers.ts'
import { completed, manifest } from './manifest.ts'
import { playbookOf, projectFiles, schemaFile } from './projectFiles.ts'

export type InitFlags = Partial<ProjectAnswers> & { readonly yes?: boolean; readonly force?: boolean }

type Outcome = 'wrote' | 'completed' | 'kept'

/**
 * Files that are there already stay as they are; package.json gets what it lacks.
 *
 * @throws PlaybookError E_NOT_EMPTY for a folder with files in it, without `force`; E_INIT where a file cannot be written
 * @throws Interrupted
 */
export async function initProject(directory: string, flags: InitFlags): Promise<void> {
  const folder = resolve(directory)
  requireRoom(folder, flags.force === true)
  const answers = await askAnswers(flags)
  const files = { 'package.json': manifest(folder, answers), ...projectFiles(answers) }
  const outcomes = Object.entries(files).map(([name, text]) => [name, write(folder, name, text)] as const)
  // As editors should check the inventory.
  const schema = schemaText(await loadPlaybook(join(folder, playbookOf(answers))), 'inventory')
  process.stdout.write(
    summary(folder, [...outcomes, [schemaFile, write(folder, schemaFile, schema)]], answers),
  )
}

function requireRoom(folder: string, isForced: boolean): void {
  const found = existsSync(folder) ? attempt(folder, () => readdirSync(folder).sort()) : []
  const others = found.filter((name) => name !== '.git')
  if (others.length === 0 || isForced) return
  const names = others.length > 3 ? [...others.slice(0, 3), '…'] : others
  throw new PlaybookError('E_NOT_EMPTY', `${shown(folder)} is not empty: ${names.join(', ')}.`, {
    hint: 'Give another folder, or add --force: existing files are kept.',
  })
}

function write(folder: string, name: string, text: string): Outcome {
  const file = join(folder, name)
  return attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    try {
      writeFileSync(file, text, { flag: 'wx' })
      return 'wrote'
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
    const before = readFileSync(file, 'utf8')
    const after = name === 'package.json' ? completed(before, text) : before
    if (after === before) return 'kept'
    writeFileSync(file, after)
    return 'completed'
  })
}

function summary(
  folder: string,
  outcomes: readonly (readonly [name: string, outcome: Outcome])[],
  answers: ProjectAnswers,
): string {
  const lines = (['wrote', 'completed', 'kept'] as const).flatMap((outcome) => {
    const names = outcomes.filter((each) => each[1] === outcome).map(([name]) => `  ${name}`)
    return names.length === 0 ? [] : [`${titles[outcome]} in ${shown(folder)}:`, ...names, '']
  })
  const playbook = playbookOf(answers)
  const next = [
    ...(folder === process.cwd() ? [] : [`cd ${shown(folder)}`]),
    'npm install',
    ...(answers.on === 'hosts' ? [explained('$EDITOR inventory.yaml', 'your hosts')] : []),
    explained(`npx run-playbook ${playbook} --check --diff`, 'what would change; changes nothing'),
    `npx run-playbook ${playbook}`,
    'npm test',
  ]
  const typed = next.map((line) => `  ${asTyped(line, programName(process.env))}\n`)
  return `${lines.join('\n')}\nNext:\n${typed.join('')}`
}

function explained(command: string, text: string): string {
  return `${command.padEnd(42)}# ${text}`
}

const titles: { readonly [outcome in Outcome]: string } = {
  wrote: 'Wrote',
  completed: 'Added what was missing',
  kept: 'Left as they were',
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (thrown) {
    throw new PlaybookError('E_INIT', `${shown(path)} cannot be written: ${(thrown as Error).message}`)
  }
}

function shown(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' ? '.' : short.startsWith('..') ? path : short
}
