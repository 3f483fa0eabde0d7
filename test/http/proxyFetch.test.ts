// Fetching through the proxy that the environment sets.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, get, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { createFetcher } from '../../src/http/fetcher.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import type { Checksum } from '../../src/model/step.ts'
import { temporaryFolder } from '../engine/harness.ts'

const body = Buffer.from('the right bytes\n'.repeat(10_000))
const checksum: Checksum = { algorithm: 'sha256', hex: createHash('sha256').update(body).digest('hex') }
const folder = temporaryFolder()
const seen: string[] = []
let web: Server
let tls: Server
let proxy: Server

test.before(async () => {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name)) as [string, string]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert, '-subj', '/CN=localhost'], {
    stdio: 'ignore',
  })
  web = createServer((_, response) => response.end(body))
  tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end(body),
  )
  proxy = forwardProxy()
  for (const server of [web, tls, proxy])
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
test.after(() => {
  for (const server of [web, tls, proxy]) {
    server.close()
    server.closeAllConnections()
  }
  folder.remove()
})

/** Passes on what it is asked for, as proxies do, and notes it; `me:secret` has to log in. */
function forwardProxy(): Server {
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${new URL(request.url!).pathname} ${who(request.headers)}`)
    get(request.url!, (answer) => answer.pipe(response))
  })
  return server.on('connect', (request, socket: Socket) => {
    seen.push(`CONNECT ${who(request.headers)}`)
    const [host, port] = request.url!.split(':')
    const onward = connect(Number(port), host!, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const each of [onward, socket]) each.on('error', () => {})
  })
}

function who(headers: { readonly [name: string]: string | string[] | undefined }): string {
  const given = String(headers['proxy-authorization'] ?? '').replace(/^Basic /, '')
  return given === '' ? 'nobody' : Buffer.from(given, 'base64').toString()
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

type Row = {
  readonly title: string
  readonly kind: 'http' | 'https'
  readonly env: () => Record<string, string>
  readonly seen: readonly string[]
}

const address = (login = '') => `http://${login}127.0.0.1:${portOf(proxy)}`
const rows: readonly Row[] = [
  { title: 'no proxy named', kind: 'http', env: () => ({}), seen: [] },
  {
    title: 'HTTP_PROXY, for what is not encrypted',
    kind: 'http',
    env: () => ({ HTTP_PROXY: address() }),
    seen: ['GET /file nobody'],
  },
  {
    title: 'small letters before capitals, and a login',
    kind: 'http',
    env: () => ({ HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: address('me:secret@') }),
    seen: ['GET /file me:secret'],
  },
  {
    title: 'HTTPS_PROXY, as a tunnel',
    kind: 'https',
    env: () => ({ HTTPS_PROXY: address('me:secret@') }),
    seen: ['CONNECT me:secret'],
  },
  {
    title: 'NO_PROXY takes hosts out',
    kind: 'http',
    env: () => ({ HTTP_PROXY: address(), NO_PROXY: 'example.org,127.0.0.1' }),
    seen: [],
  },
]

for (const { title, kind, env, seen: expected } of rows) {
  test(title, () =>
    inEnvironment({ ...env(), NODE_TLS_REJECT_UNAUTHORIZED: '0' }, async () => {
      seen.length = 0
      const url = `${kind}://127.0.0.1:${portOf(kind === 'http' ? web : tls)}/file`
      const store = join(folder.path, title.replaceAll(/\W/g, '-'))
      const path = await createFetcher(store)({ kind: 'fetch', urls: [url], checksum })
      assert.ok(readFileSync(path).equals(body))
      assert.equal(seen, expected)
    }),
  )
}

test('a proxy that is not there is the reason given', () =>
  inEnvironment({ HTTP_PROXY: 'http://me:secret@127.0.0.1:1' }, async () => {
    const source = { kind: 'fetch', urls: [`http://127.0.0.1:${portOf(web)}/file`], checksum } as const
    const error: PlaybookError = await createFetcher(join(folder.path, 'none'))(source).then(
      () => assert.unreachable(),
      (thrown) => thrown,
    )
    assert.is(error.code, 'E_DOWNLOAD')
    assert.match(error.details.join('\n'), /ECONNREFUSED 127\.0\.0\.1:1/)
    assert.not.match(error.details.join('\n'), /secret/)
  }))

const names = ['http_proxy', 'https_proxy', 'no_proxy']

async function inEnvironment(env: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = { ...process.env }
  for (const name of names) for (const each of [name, name.toUpperCase()]) delete process.env[each]
  Object.assign(process.env, env)
  try {
    await work()
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

test.run()
