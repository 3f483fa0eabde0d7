// Loads run-playbook.config.ts, the configuration file of the working directory.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { distrustReason } from '../../files/trust.ts'
import type { RunPlaybookConfig } from '../../model/config.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { shortPath } from '../../userCode/shortPath.ts'

const names = [
  'run-playbook.config.ts',
  'run-playbook.config.mts',
  'run-playbook.config.js',
  'run-playbook.config.mjs',
]

export type ConfigFile = {
  readonly path: string
  /** The path as shown to people. */
  readonly displayPath: string
  readonly config: RunPlaybookConfig
  /** The line of a key; 1 if it cannot be found. */
  readonly lineOf: (key: string) => number
}

/**
 * Loads the given file, or else the one in the directory; undefined if there is none. A file that is found, and
 * that somebody other than this user and root may have put there, is ignored: it is code.
 *
 * @throws PlaybookError E_NO_FILE if the given file does not exist, E_CONFIG if it exports no configuration
 */
export async function loadConfigFile(
  named: string | undefined,
  cwd: string,
): Promise<ConfigFile | undefined> {
  const path = named === undefined ? fileIn(cwd) : resolve(cwd, named)
  if (path === undefined) return undefined
  const { loadModule } = await import('../../userCode/loadModule.ts')
  const { default: config } = await loadModule(path)
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new PlaybookError('E_CONFIG', 'The default export is not a configuration.', {
      where: { file: path, line: 1 },
      hint: 'Write: export default defineConfig({ inventory: … })',
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
  const reason = distrustReason(path, { isGroupTrusted: true, isCallerTrusted: true })
  if (reason === undefined) return path
  process.stderr.write(
    `warning  ${shortPath(path, folder)} is ignored: ${reason}. Set RUN_PLAYBOOK_CONFIG to load it anyway.\n`,
  )
  return undefined
}
