// Installs an ansible-core for tests, apart from the machine's own Python packages.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { Log } from '../machine/log.ts'
import { runIn } from '../machine/run.ts'
import { cachedArtifact } from './artifactCache.ts'

const requirement = 'ansible-core==2.19.14'

/**
 * The folder of its programs, which RUN_PLAYBOOK_ANSIBLE takes; or why there is none: pip and its index are needed once,
 * and Python 3.11.
 */
export async function ansibleFolder(
  log: Log,
): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const run = runIn({ cwd: tmpdir(), timeout: '100s' })
  const make = async (folder: string) => {
    const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-compile']
    await run`python3 ${pip} --target ${folder} ${requirement}`
  }
  try {
    return {
      folder: join(await cachedArtifact({ kind: 'ansible', recipe: requirement, make }, log), 'bin'),
    }
  } catch (thrown) {
    if (!(thrown instanceof PlaybookError)) throw thrown
    return { missing: `no ${requirement} by pip: ${thrown.details.at(-1) ?? thrown.message}` }
  }
}
