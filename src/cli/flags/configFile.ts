// The configuration file of the working folder: run-playbook.config.ts.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { RunPlaybookConfig } from '../../model/config.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { shortPath } from '../userCode/shortPath.ts'

const names = [
  'run-playbook.config.ts',
  'run-playbook.config.mts',
  'run-playbook.config.js',
  'run-playbook.config.mjs',
]

export type ConfigFile = {
  readonly path: string
  /** As people see it. */
  readonly displayPath: string
  readonly config: RunPlaybookConfig
  /** The line at which a key stands, 1 if it is not to be found. */
  readonly lineOf: (key: string) => number
}

/**
 * Loads the file that is named, or else the one in the folder; undefined where there is none. One in a folder that
 * everybody may write to is left alone unless it is named: it is code, and may be anybody's.
 *
 * @throws PlaybookError E_NO_FILE for a named one that is not there, E_CONFIG for what exports no configuration
 */
export async function loadConfigFile(
  named: string | undefined,
  cwd: string,
): Promise<ConfigFile | undefined> {
  const path = named === undefined ? fileIn(cwd) : resolve(cwd, named)
  if (path === undefined) return undefined
  const { loadModule } = await import('../userCode/loadModule.ts')
  const { default: config } = await loadModule(path)
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new PlaybookError('E_CONFIG', 'It exports no configuration as default.', {
      where: { file: path, line: 1 },
      hint: 'Let it export one: export default defineConfig({ inventory: … })',
    })
  }
  const lineOf = (key: string) => {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.findIndex((line) => new RegExp(`(?:^|[\\s{,'"])${key}['"]?\\s*[:,]`).test(line)) + 1 || 1
  }
  return { path, displayPath: shortPath(path, cwd), config, lineOf }
}

function fileIn(folder: string): string | undefined {
  const path = names.map((name) => join(folder, name)).find((each) => existsSync(each))
  if (path === undefined) return undefined
  if ((statSync(folder).mode & 0o002) === 0) return path
  process.stderr.write(
    `warning  ${shortPath(path, folder)} is not loaded: everybody may write to its folder (RUN_PLAYBOOK_CONFIG names it all the same)\n`,
  )
  return undefined
}
