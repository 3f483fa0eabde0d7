// Repositories of git for tests, and servers of them on loopback.

import { execFileSync, spawn } from 'node:child_process'
import { createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname, join, normalize } from 'node:path'

const identity = {
  ...{ GIT_AUTHOR_NAME: 'Eve', GIT_AUTHOR_EMAIL: 'eve@example', GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z' },
  ...{ GIT_COMMITTER_NAME: 'Eve', GIT_COMMITTER_EMAIL: 'eve@example' },
  ...{
    GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'file:http:git',
  },
}

/** Runs git in a folder, and gives what it prints. */
export function gitIn(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...identity },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

/** Commits files, and gives the commit. */
export function commit(
  folder: string,
  files: { readonly [path: string]: string },
  subject = 'a change',
): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  gitIn(folder, 'add', '-f', '--', ...Object.keys(files))
  gitIn(folder, 'commit', '-q', '--allow-empty', '-m', subject)
  return gitIn(folder, 'rev-parse', 'HEAD')
}

/** A repository with the branch main, and one commit of these files. */
export function newRepository(folder: string, files: { readonly [path: string]: string }): string {
  mkdirSync(folder, { recursive: true })
  gitIn(folder, 'init', '-q', '-b', 'main', '.')
  commit(folder, files, 'the first commit')
  return folder
}

export type GitServer = {
  readonly port: number
  /** The headers Authorization that came, and the paths. */
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[]
  readonly stop: () => Promise<void>
}

export type ServerOptions = {
  /** `user:password` that it asks for. */
  readonly account?: string
  /** Gives the files themselves, as any web server does. */
  readonly isDumb?: boolean
  /** Where it sends all requests to. */
  readonly redirect?: string
}

/** Serves the repositories in a folder by HTTP, by git's own program. */
export async function httpServer(folder: string, options: ServerOptions = {}): Promise<GitServer> {
  const requests: GitServer['requests'] = []
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const { authorization } = request.headers
    requests.push({ path, authorization })
    const { account, redirect, isDumb } = options
    if (redirect !== undefined) {
      response.writeHead(302, { location: `${redirect}${path}` }).end()
    } else if (
      account !== undefined &&
      authorization !== `Basic ${Buffer.from(account).toString('base64')}`
    ) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    } else if (isDumb) sendFile(folder, path, response)
    else backend(folder, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, requests, stop: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function sendFile(folder: string, path: string, response: ServerResponse): void {
  const file = join(folder, normalize(path.replace(/\?.*/, '')))
  try {
    if (!statSync(file).isFile()) throw new Error('no file')
    createReadStream(file).pipe(response.writeHead(200))
  } catch {
    response.writeHead(404).end()
  }
}

function backend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
  const { headers } = request
  const child = spawn('git', ['http-backend'], {
    env: {
      ...process.env,
      ...{ GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname },
      ...{ QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method ?? 'GET' },
      ...{
        CONTENT_TYPE: headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      },
      ...{ GIT_PROTOCOL: String(headers['git-protocol'] ?? ''), GIT_CONFIG_COUNT: '1' },
      ...{ GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  let head = Buffer.alloc(0)
  child.stdout.on('data', (bytes: Buffer) => {
    if (response.headersSent) {
      response.write(bytes)
      return
    }
    head = Buffer.concat([head, bytes])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    const lines = head.subarray(0, end).toString().split('\r\n')
    const fields = lines.map((line) => line.split(': ') as [string, string])
    const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200'
    response.writeHead(
      Number.parseInt(status, 10),
      Object.fromEntries(fields.filter(([name]) => name !== 'Status')),
    )
    response.write(head.subarray(end + 4))
  })
  child.on('close', () => response.end())
}

/** Serves the repositories in a folder by git's own protocol. */
export async function gitDaemon(folder: string, port: number): Promise<() => Promise<void>> {
  const child = spawn(
    'git',
    [
      'daemon',
      '--export-all',
      `--base-path=${folder}`,
      '--listen=127.0.0.1',
      `--port=${port}`,
      '--reuseaddr',
    ],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
      detached: true,
    },
  )
  await untilItAnswers(port)
  return () =>
    new Promise((resolve) => {
      child.once('exit', () => resolve())
      process.kill(-child.pid!, 'SIGKILL')
    })
}

function untilItAnswers(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', () => setTimeout(() => untilItAnswers(port).then(resolve), 50))
  })
}
