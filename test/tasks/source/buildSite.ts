// A build for tests: a small source, a mirror on loopback, hosts as mount namespaces.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { createArtifacts } from '../../../src/engine/apply/artifacts.ts'
import { createFetcher } from '../../../src/http/fetcher.ts'
import type { ConnectionSettings } from '../../../src/model/host.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import type { TaskList } from '../../../src/model/task.ts'
import { createConnection } from '../../../src/transport/connection/connection.ts'
import { createProgram, type Program } from '../../../src/transport/program/program.ts'
import type { Connection } from '../../../src/transport/program/transport.ts'
import { type Ran, runTasks, temporaryFolder } from '../../engine/harness.ts'

/** Whether this machine can be several hosts: as root, with namespaces and a compiler. */
export const canBuild =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt && command -v cc make curl']).status === 0

export type Source = { readonly url: string; readonly checksum: string }

export type BuildSite = {
  readonly folder: string
  /** What hosts have of their own, at the same path on each. */
  readonly root: string
  /** Packs the files as an archive with one folder on top, served by the mirror. */
  readonly serve: (name: string, files: Readonly<Record<string, string>>) => Source
  /** A path below `root` as this machine sees it. */
  readonly of: (host: string, path: string) => string
  readonly run: (hosts: readonly string[], tasks: TaskList, options?: SiteOptions) => Promise<BuildRan>
  /** How often the mirror delivered something. */
  readonly requests: () => number
}

type SiteOptions = {
  readonly isCheck?: boolean
  /** Shell text run as root in the namespace before everything else. */
  readonly before?: string
  /** The folder of the controller's cache. */
  readonly cache?: string
}

type BuildRan = Ran & {
  /** What each host printed while it built. */
  readonly printed: (host: string) => string[]
  readonly error: (host: string) => {
    code: string
    message: string
    hint?: string
    details: readonly string[]
  }
}

/** Calls a test with a site, which is gone afterwards. */
export async function onSite(body: (site: BuildSite) => Promise<void>): Promise<void> {
  const folder = temporaryFolder()
  chmodSync(folder.path, 0o755)
  const served = new Map<string, Buffer>()
  let requests = 0
  const server = createServer((request, response) => {
    const bytes = served.get(request.url!)
    requests += 1
    response.writeHead(bytes ? 200 : 404).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const root = join(folder.path, 'root')
  mkdirSync(root)
  const hostFolder = (host: string) => join(folder.path, 'hosts', host)
  try {
    await body({
      folder: folder.path,
      root,
      requests: () => requests,
      serve: (name, files) => {
        const bytes = packed(join(folder.path, 'sources', name), files)
        served.set(`/${name}.tar.gz`, bytes)
        const { port } = server.address() as AddressInfo
        return {
          url: `http://127.0.0.1:${port}/${name}.tar.gz`,
          checksum: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
        }
      },
      of: (host, path) => join(hostFolder(host), path.slice(root.length)),
      run: async (hosts, tasks, { isCheck = false, before = ':', cache = 'cache' } = {}) => {
        for (const host of hosts) mkdirSync(hostFolder(host), { recursive: true })
        const ran = await runTasks(tasks, {
          hosts,
          isCheck,
          artifacts: createArtifacts(join(folder.path, cache)),
          fetch: createFetcher(join(folder.path, 'downloads')),
          connect: async (settings) => connected(settings, hostFolder(settings.host), root, before),
        })
        return {
          ...ran,
          printed: (host) => linesOf(ran.events, host),
          error: (host) => errorOf(ran.events, host),
        }
      },
    })
  } finally {
    server.close()
    server.closeAllConnections()
    folder.remove()
  }
}

function packed(folder: string, files: Readonly<Record<string, string>>): Buffer {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content, { mode: /configure$|\.sh$/.test(name) ? 0o755 : 0o644 })
  }
  execFileSync('tar', ['-C', dirname(folder), '-czf', `${folder}.tar.gz`, folder.split('/').at(-1)!])
  return readFileSync(`${folder}.tar.gz`)
}

function connected(settings: ConnectionSettings, own: string, root: string, before: string): Connection {
  const children = new Set<ReturnType<typeof spawn>>()
  const start = async (command: string): Promise<Program> => {
    const script = `mount --bind "$1" "$2" && { ${before}\n} && exec sh -c "$3"`
    const words = ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', own, root, command]
    const child = spawn('unshare', words, { stdio: 'pipe', detached: true })
    children.add(child)
    const { stdin, stdout, stderr } = child
    const onEnd = (listener: (exit: { code?: number }) => void) =>
      child.on('close', (code) => {
        children.delete(child)
        listener({ code: code ?? 255 })
      })
    return createProgram({ stdin, stdout, stderr, onEnd, close: () => stdin.end() })
  }
  const close = async () => {
    for (const child of children) child.stdin?.end()
  }
  return createConnection(
    { endpoint: `root@${settings.host}`, user: userInfo().username, start, onBroken: () => {}, close },
    settings,
  )
}

function linesOf(events: readonly RunEvent[], host: string): string[] {
  return events.flatMap((event) => (event.kind === 'output' && event.host === host ? [event.line] : []))
}

function errorOf(events: readonly RunEvent[], host: string): ReturnType<BuildRan['error']> {
  const errors = events.flatMap((event) =>
    event.kind === 'taskEnd' && event.host === host && event.result.error ? [event.result.error] : [],
  )
  const { code = '', message = '', hint, details = [] } = errors[0] ?? {}
  return { code, message, details, ...(hint === undefined ? {} : { hint }) }
}
