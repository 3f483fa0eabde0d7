// Measures how much sooner a second host has httpd that the first one built.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down, up } from '../../lab/lab.ts'
import { logToStderr } from '../../lab/machine/log.ts'
import { makeSite } from '../endToEnd/site.ts'
import type { ColdOptions } from './cold.ts'
import { type Figure, times } from './figure.ts'
import { newestRun, type Run } from './journals.ts'

/** No target in seconds: a share of what compiling takes says that nothing was compiled. */
const limit = 0.33

export async function benchBuild({ isFresh }: ColdOptions, log: (line: string) => void): Promise<Figure[]> {
  const run = isFresh ? await freshRun() : await newestRun(join(process.cwd(), '.run-playbook'), isBuild)
  if (!run) {
    log(
      'Not measured: no journal here has a run that built httpd for two hosts. Take one: npm run bench -- build --cold',
    )
    return []
  }
  const [first, second] = buildsOf(run) as [Build, Build]
  log(`Run of ${run[0]!.time}`)
  for (const { host, seconds } of [first, second]) log(`${host}   ${seconds.toFixed(1)} s`)
  const ratio = second.seconds / first.seconds
  const what = "second WEB host's build / the first's"
  return [{ what, value: times(ratio), target: `at most ${limit} ×`, isMet: ratio <= limit }]
}

const labName = 'bench'

/** With a cache of its own: a build that an earlier run kept would leave nothing to compile. */
async function freshRun(): Promise<Run | undefined> {
  const lab = await up(labName, { isFresh: true, log: logToStderr() })
  const site = makeSite(lab)
  const cache = mkdtempSync(join(tmpdir(), 'run-playbook-builds-'))
  const before = process.env.XDG_CACHE_HOME
  process.env.XDG_CACHE_HOME = cache
  try {
    const { code, stderr } = await site.runPlaybook('web.ts')
    if (code !== 0) throw new Error(`The run ended with exit code ${code}.\n${stderr}`)
    return await newestRun(join(site.folder, '.run-playbook'), isBuild)
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
    rmSync(cache, { recursive: true, force: true })
    site.remove()
    await down(labName, { isPurge: true, log: logToStderr() })
  }
}

type Build = { readonly host: string; readonly seconds: number; readonly isCompiled: boolean }

function isBuild(run: Run): boolean {
  const [first, second, ...others] = buildsOf(run)
  return first?.isCompiled === true && second?.isCompiled === false && others.length === 0
}

/** What each host took for it, the one that compiled first. Waiting for another host is not counted. */
function buildsOf(run: Run): Build[] {
  const hosts = new Map<string, { ms: number; isCompiled: boolean; beganAt?: number }>()
  for (const { time, event } of run) {
    if (!('task' in event) || !('host' in event) || !isOfHttpd(event.task)) continue
    const host = hosts.get(event.host) ?? { ms: 0, isCompiled: false }
    hosts.set(event.host, host)
    const at = Date.parse(time)
    if (event.kind === 'output' && !event.line.startsWith('waits for ')) {
      host.beganAt ??= at
      host.isCompiled ||= event.line.startsWith('make: ')
    }
    if (event.kind === 'taskEnd' && host.beganAt !== undefined) {
      host.ms += at - host.beganAt
      delete host.beganAt
    }
  }
  return [...hosts]
    .map(([host, { ms, isCompiled }]) => ({ host, seconds: ms / 1000, isCompiled }))
    .sort((one, other) => Number(other.isCompiled) - Number(one.isCompiled))
}

function isOfHttpd({ name, title }: { readonly name: string; readonly title: string }): boolean {
  return name === 'buildFromSource' && title.includes(' httpd ')
}
