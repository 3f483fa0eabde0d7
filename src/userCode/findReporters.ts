// Loads the reporters that --reporter names, from files and packages.

import { resolve } from 'node:path'
import { distrustReason } from '../files/trust.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { ReporterDefinition } from '../model/run/customReporter.ts'
import { findPackage, loadModule } from './loadModule.ts'

/**
 * Takes `./slack.ts`, or the name of an installed package. A package that somebody else may have put where it is found is
 * refused: it is code.
 *
 * @throws PlaybookError E_NO_REPORTER, and errors of loading the file
 */
export async function findReporters(names: readonly string[]): Promise<ReporterDefinition[]> {
  return Promise.all(names.map(findReporter))
}

async function findReporter(name: string): Promise<ReporterDefinition> {
  const path = isFile(name) ? resolve(name) : packageFile(name)
  const { default: exported } = await loadModule(path)
  if ((exported as { kind?: unknown } | undefined)?.kind === 'reporter') return exported as ReporterDefinition
  throw new PlaybookError('E_NO_REPORTER', 'The default export is not a reporter.', {
    where: { file: path, line: 1 },
    hint: "Write: export default defineReporter({ name: '…', start: () => ({ handle: (event) => … }) })",
  })
}

function isFile(name: string): boolean {
  return /^[./~]|\.[cm]?[jt]s$/.test(name)
}

function packageFile(name: string): string {
  const path = findPackage(name, process.cwd())
  if (path === undefined) {
    const hint = `Install it (npm install ${name}), or give a file: --reporter ./${name}.ts`
    throw new PlaybookError('E_NO_REPORTER', `No package "${name}".`, { hint })
  }
  const reason = distrustReason(path, { isGroupTrusted: true, isCallerTrusted: true })
  if (reason === undefined) return path
  throw new PlaybookError('E_NO_REPORTER', `The package ${name} is not loaded: ${reason}.`, {
    hint: `If you trust it, give its file: --reporter ${path}`,
  })
}
