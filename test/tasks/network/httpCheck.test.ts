// Tests httpCheck on a real HTTP server, by curl and wget, under each shell.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type PlaybookError, secret } from '../../../src/index.ts'
import { httpCheck } from '../../../tasks/network/httpCheck.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { freePort } from '../tomcat/fakeTomcat.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function withServer<T>(handler: Handler, body: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const site: Handler = (request, response) => {
  if (request.url === '/moved') return void response.writeHead(302, { Location: '/' }).end()
  if (request.url === '/down')
    return void response.writeHead(503).end('<h1>No worker</h1>\r\n\r\n<p>Sorry.\n')
  if (request.url === '/empty') return void response.writeHead(204).end()
  if (request.url === '/large') return void response.end(`begin${'x'.repeat(600_000)}`)
  if (request.url === '/trap') return void response.end('HTTP/1.1 500 only words\n\nneedle')
  response.end(`It works: ${request.method} ${request.headers.host} ${request.headers['x-of']}\n`)
}

/** A PATH in which there are no clients but those named. */
async function withClients<T>(clients: readonly string[], body: (path: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const path = join(folder, 'bin')
    mkdirSync(path)
    for (const name of [...clients, 'head', 'tr', 'sed', 'date', 'sleep', 'cat', 'mktemp', 'rm']) {
      const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
      if (found) symlinkSync(found, join(path, name))
    }
    return body(path)
  })
}

const rows = [
  { title: 'is quiet where the answer is right', path: '/', params: {}, from: undefined },
  {
    title: 'is quiet where the body holds the text',
    path: '/',
    params: { contains: 'It works' },
    from: undefined,
  },
  { title: 'sees a wrong status', path: '/down', params: {}, from: 'HTTP 503' },
  { title: 'takes one of several statuses', path: '/down', params: { status: [200, 503] }, from: undefined },
  {
    title: 'sees that a text is missing',
    path: '/',
    params: { contains: "it's" },
    from: `HTTP 200 without "it's"`,
  },
  { title: 'does not follow a redirect by itself', path: '/moved', params: {}, from: 'HTTP 302' },
  {
    title: 'follows a redirect if told to',
    path: '/moved',
    params: { followRedirects: true, contains: 'It works' },
    from: undefined,
  },
  { title: 'takes an answer without body', path: '/empty', params: { status: 204 }, from: undefined },
  {
    title: 'reads the beginning of a large body',
    path: '/large',
    params: { contains: 'begin' },
    from: undefined,
  },
  {
    title: 'does not take a line of the body for the status',
    path: '/trap',
    params: { contains: 'needle' },
    from: undefined,
  },
  {
    title: 'sends headers and the name of a virtual host',
    path: '/',
    params: { host: 'ecs.test.co.kr', headers: { 'X-Of': "o'x" }, contains: "GET ecs.test.co.kr o'x" },
    from: undefined,
  },
  { title: 'sends another method', path: '/', params: { method: 'PUT', contains: 'PUT' }, from: undefined },
  { title: 'asks for the head alone', path: '/', params: { method: 'HEAD' }, from: undefined },
] as const

for (const client of ['curl', 'wget']) {
  test(`httpCheck, by ${client}, compares status and text`, () =>
    withServer(site, (url) =>
      withClients([client], async (bin) => {
        for (const { title, path, params, from } of rows) {
          const [change] = await looked(httpCheck, { url: url + path, ...params } as never, { path: bin })
          assert.is(change?.from, from, `httpCheck ${title}, by ${client}`)
        }
      }),
    ))

  test(`httpCheck, by ${client}, says why there is no answer`, async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    await withClients([client], async (path) => {
      const [change] = await looked(httpCheck, { url }, { path })
      assert.match(change!.from, /^no answer \(.*(refused|Failed|Couldn't).*\)$/i)
      assert.is(
        (await failure(() => applied(httpCheck, { url }, { path }))).message,
        `GET ${url} got no answer.`,
      )
    })
  })
}

for (const shell of shells) {
  test(`httpCheck waits for the right answer (${shell[0]})`, async () => {
    let count = 0
    const slow: Handler = (_, response) => {
      count += 1
      response.writeHead(count < 3 ? 503 : 200).end('up\n')
    }
    await withServer(slow, async (url) => {
      const { changes, again } = await applied(
        httpCheck,
        { url: `${url}/`, within: 5, interval: 0.1, contains: 'up' },
        { shell },
      )
      assert.is(changes[0]?.from, 'HTTP 503')
      assert.equal(again, [])
    })
  })

  test(`httpCheck fails with status and body (${shell[0]})`, () =>
    withServer(site, async (url) => {
      const error = await failure(() => applied(httpCheck, { url: `${url}/down` }, { shell }))
      assert.equal([error.code, error.message], ['E_HTTP', `GET ${url}/down got HTTP 503; expected 200.`])
      assert.equal(error.details, ['<h1>No worker</h1>', '<p>Sorry.'])
    }))
}

test('httpCheck says so where there is no client', () =>
  withClients([], async (path) => {
    const error = await failure(() => looked(httpCheck, { url: 'http://127.0.0.1/' }, { path }))
    assert.is(error.code, 'E_NO_HTTP_CLIENT')
  }))

const wrong = [
  { url: 'ftp://a/' },
  { url: 'http://user:password@a/' },
  { url: 'http://a/', status: 99 },
  { url: 'http://a/', headers: { 'X Y': 'z' } },
  { url: 'http://a/', headers: { X: 'a\nb' } },
]

for (const params of wrong) {
  test(`httpCheck refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => httpCheck(params as { url: string }),
      (error: PlaybookError) => error.code === 'E_PARAMS',
    )
  })
}

for (const client of ['curl', 'wget']) {
  test(`httpCheck, by ${client}, expands nothing, and shows no header to other processes`, () => {
    const requests: string[] = []
    let processes = ''
    const seen: Handler = (request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers['x-key']}`)
      processes = execFileSync('ps', ['-C', client, '-o', 'args='], { encoding: 'utf8' })
      response.end('ok')
    }
    return withServer(seen, (url) =>
      withClients([client], async (path) => {
        const headers = { 'X-Key': secret('k"\\s3cret') }
        const params = { url: `${url}/items/[1-5]{a,b}`, method: 'DELETE' as const, headers }
        assert.equal(await looked(httpCheck, params, { path }), [])
        assert.is(requests.length, 1)
        assert.match(decodeURIComponent(requests[0]!), 'DELETE /items/[1-5]{a,b} k"\\s3cret')
        assert.match(processes, new RegExp(`${client} .*-`))
        assert.not.match(processes, 's3cret')
      }),
    )
  })
}

test.run()
