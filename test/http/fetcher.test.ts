// Fetching files to the controller from the first good mirror.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { createFetcher } from '../../src/http/fetcher.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { Checksum } from '../../src/model/step.ts'
import { temporaryFolder } from '../engine/harness.ts'
import { secureMirror } from './secureMirror.ts'

const body = Buffer.from('the right bytes\n'.repeat(10_000))
const checksum: Checksum = { algorithm: 'sha512', hex: createHash('sha512').update(body).digest('hex') }

const login = `Basic ${Buffer.from('me:se cret').toString('base64')}`

type Mirror = {
  readonly url: (path: string) => string
  readonly requests: string[]
  readonly stop: () => void
}

async function mirror(): Promise<Mirror> {
  const requests: string[] = []
  const server: Server = createServer((request, response) => {
    requests.push(request.url!)
    if (request.url === '/good') response.end(body)
    else if (request.url === '/private' && request.headers.authorization === login) response.end(body)
    else if (request.url === '/bad') response.end('other bytes')
    else if (request.url === '/again') response.writeHead(302, { location: '/again' }).end()
    else if (request.url!.startsWith('/to?'))
      response.writeHead(302, { location: decodeURIComponent(request.url!.slice(4)) }).end()
    else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 1000))
      setTimeout(() => response.destroy(), 20)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: (path) => `http://127.0.0.1:${port}/${path}`, requests, stop: () => server.close() }
}

async function withMirror(work: (mirror: Mirror, folder: string) => Promise<void>): Promise<void> {
  const [server, folder] = [await mirror(), temporaryFolder()]
  try {
    await work(server, folder.path)
  } finally {
    server.stop()
    folder.remove()
  }
}

test('mirrors are tried in order until one has the right bytes', () =>
  withMirror(async ({ url, requests }, folder) => {
    const fetcher = createFetcher(folder)
    const urls = ['missing', 'bad', 'cut', 'good', 'never'].map(url)
    const path = await fetcher({ kind: 'fetch', urls, checksum })
    assert.ok(readFileSync(path).equals(body))
    assert.equal(requests, ['/missing', '/bad', '/cut', '/good'])
    assert.is(readdirSync(folder).length, 1)
  }))

test('a file is fetched once, by all who ask at once and by later runs', () =>
  withMirror(async ({ url, requests }, folder) => {
    const source = { kind: 'fetch' as const, urls: [url('good')], checksum }
    const fetcher = createFetcher(folder)
    const paths = await Promise.all([fetcher(source), fetcher(source), fetcher(source)])
    assert.is(new Set(paths).size, 1)
    assert.is(await createFetcher(folder)(source), paths[0])
    assert.equal(requests, ['/good'])
  }))

test('the credentials of an address are sent', () =>
  withMirror(async ({ url }, folder) => {
    const urls = [url('private').replace('http://', 'http://me:se%20cret@')]
    assert.ok(readFileSync(await createFetcher(folder)({ kind: 'fetch', urls, checksum })).equals(body))
  }))

test('credentials follow a redirect to the same host only', () =>
  withMirror(async ({ url }, folder) => {
    const other = await mirror()
    const from = (to: string) =>
      url(`to?${encodeURIComponent(to)}`).replace('http://', 'http://me:se%20cret@')
    const fetched = (to: string) => createFetcher(folder)({ kind: 'fetch', urls: [from(to)], checksum })
    try {
      assert.ok(readFileSync(await fetched('/private')).equals(body))
      rmSync(folder, { recursive: true })
      const error = await fetched(other.url('private')).catch((thrown: PlaybookError) => thrown)
      assert.match((error as PlaybookError).details[0]!, /404/)
      assert.equal(other.requests, ['/private'])
      const looping = await fetched('/again').catch((thrown: PlaybookError) => thrown)
      assert.match((looping as PlaybookError).details[0]!, /more than 20 redirects/)
      const file = await fetched('file:///etc/passwd').catch((thrown: PlaybookError) => thrown)
      assert.match((file as PlaybookError).details[0]!, /another kind/)
    } finally {
      other.stop()
    }
  }))

test('a redirect from https to http is not followed', () =>
  withMirror(async ({ url, requests }, folder) => {
    const secure = await secureMirror(`${url('good')}?token=hunter2`)
    const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    try {
      const source = { kind: 'fetch' as const, urls: [secure.url], checksum }
      const error = await createFetcher(folder)(source).catch((thrown: PlaybookError) => thrown)
      assert.match(
        (error as PlaybookError).details[0]!,
        /redirects from https to http:\/\/127\.0\.0\.1:\d+, which is not encrypted$/,
      )
      assert.equal(requests, [])
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
      secure.stop()
    }
  }))

test('where no mirror has it, each is named with its reason, without credentials, and nothing is left', () =>
  withMirror(async ({ url }, folder) => {
    const hidden = url('missing').replace('http://', 'http://me:secret@')
    const urls = [hidden, url('bad'), 'http://127.0.0.1:1/x']
    try {
      await createFetcher(folder)({ kind: 'fetch', urls, checksum })
      assert.unreachable()
    } catch (thrown) {
      assert.instance(thrown, PlaybookError)
      const { code, details } = thrown as PlaybookError
      const text = details.join('\n')
      assert.is(code, 'E_DOWNLOAD')
      assert.match(details[0]!, /404/)
      assert.match(details[1]!, /SHA-512 is [0-9a-f]{4}…[0-9a-f]{2}, expected /)
      assert.not.match(text, 'secret')
      assert.is(details.length, 3)
    }
    assert.equal(readdirSync(folder), [])
  }))

test('a kept file that was damaged is fetched again', () =>
  withMirror(async ({ url, requests }, folder) => {
    const source = { kind: 'fetch', urls: [url('good')], checksum } as const
    const path = await createFetcher(folder)(source)
    writeFileSync(path, body.subarray(0, 100))
    await createFetcher(folder)(source)
    assert.ok(readFileSync(path).equals(body))
    await createFetcher(folder)(source)
    assert.is(requests.length, 2)
  }))

test('a mirror that is silent is left after the timeout, and the checksum is not blamed', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = temporaryFolder()
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
    const fetching = createFetcher(folder.path)({ kind: 'fetch', urls: [url], checksum, timeout: 0.3 })
    const error = await fetching.then(
      () => assert.unreachable(),
      (thrown: PlaybookError) => thrown,
    )
    assert.match((error as PlaybookError).details.join(), /no data for 0\.3 s/)
    assert.not.match((error as PlaybookError).hint!, /checksum/)
  } finally {
    server.closeAllConnections()
    server.close()
    folder.remove()
  }
})

test.run()
