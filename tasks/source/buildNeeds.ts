// Lists what a build needs of the host: compiler, make, room to run programs.

import { type Needs, sh } from '../../src/index.ts'
import { unpackTools } from '../files/unarchive/script.ts'
import { archiveFile, type Build } from './buildParams.ts'
import { stampPath } from './recipe.ts'

/** Nothing where something is installed: it may be rebuilt, which the stamp decides. */
export function buildNeeds(build: Build): Needs {
  const { buildDir, user, via, urls, patches, environment } = build
  const compiler = environment.CC === undefined ? [['cc', 'gcc', 'clang']] : []
  return {
    where: sh`[ ! -e ${stampPath(build)} ]`,
    root: user !== undefined,
    tools: [
      'make',
      ...compiler,
      ...unpackTools({ src: archiveFile(build) }),
      ...(patches.length > 0 ? ['patch'] : []),
      ...(via === 'host' ? [['curl', 'wget']] : []),
    ],
    urls: via === 'host' ? [urls] : [],
    disk: { [buildDir]: 300 * 1024 ** 2 },
    checks: [
      {
        what: `programs may run below ${buildDir}`,
        command: sh`p=${buildDir}
while [ ! -e "$p" ] && [ "$p" != / ]; do p=$(dirname -- "$p"); done
m=$(df -P -- "$p" | tail -n 1 | sed 's/.*% *//')
! grep -E "^[^ ]+ $m [^ ]+ ([^ ]+,)?noexec[, ]" /proc/self/mounts`,
        cure: 'Give buildDir: a folder of a file system that is mounted without noexec, such as /usr/local/src.',
      },
    ],
  }
}
