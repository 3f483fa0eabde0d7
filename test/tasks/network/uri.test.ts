// uri: against a real HTTP server of this machine.

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { uri } from '../../../tasks/network/uri.ts'
import { applied, failure, inFolder, looked } from '../apply.ts'

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
type Params = Omit<Parameters<typeof uri>[0], 'url'> & { url?: string }

/** Calls a test with a server that notes the requests. */
async function withServer<T>(body: (url: string, seen: Seen[]) => Promise<T>): Promise<T> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      answer(url, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function answer(url: string, response: ServerResponse) {
  if (url === '/moved') response.writeHead(302, { Location: '/' }).end()
  else if (url === '/made') response.writeHead(201).end('{"id": 7, "isNew": true}')
  else if (url === '/down') response.writeHead(503).end('<p>Sorry, no workers.\n')
  else response.end('It works.\n')
}

test('a GET looks, once, and changes nothing', () =>
  withServer(async (url, seen) => {
    const { changes } = await applied(uri, {
      url: `${url}/?q=[1]`,
      contains: 'works',
      headers: { 'X-A': 'b "c" \\' },
    })
    assert.equal(changes, [])
    assert.equal(
      [...new Set(seen.map((each) => `${each.method} ${each.url} ${each.headers['x-a']}`))],
      ['GET /?q=[1] b "c" \\'],
    )
  }))

const wrong: [title: string, path: string, params: Params, says: RegExp][] = [
  ['another status', '/down', {}, /GET \S+\/down got HTTP 503; expected 200\.[\s\S]*Sorry, no workers/],
  ['a text that is missing', '/', { contains: 'broken' }, /got HTTP 200 without "broken"/],
  ['a redirect that is not followed', '/moved', { followRedirects: 'none' }, /got HTTP 302/],
  ['the answer to a POST', '/down', { method: 'POST' }, /POST \S+\/down got HTTP 503/],
]

for (const [title, path, params, says] of wrong) {
  test(`${title} is an error with what came`, () =>
    withServer(async (url) => {
      const error = await failure(() => applied(uri, { url: url + path, ...params }))
      assert.match(`${error.message}\n${error.details.join('\n')}`, says)
    }))
}

test('no answer is an error with the reason', async () => {
  const error = await failure(() => looked(uri, { url: 'http://127.0.0.1:1/' }))
  assert.match(
    `${error.message} ${error.details.join(' ')}`,
    /GET http:\/\/127\.0\.0\.1:1\/ got no answer\. .*(?:refused|Failed to connect|Could not connect)/,
  )
})

test('a redirect of a GET is followed, but not with a secret', () =>
  withServer(async (url) => {
    assert.equal(await looked(uri, { url: `${url}/moved` }), [])
    const error = await failure(() => looked(uri, { url: `${url}/moved`, headers: { A: secret('hunter2') } }))
    assert.match(error.message, /got HTTP 302/)
  }))

const sent: [title: string, params: Params, type: string | undefined, body: string, auth?: string][] = [
  [
    'JSON, with secrets inside',
    { bodyFormat: 'json', body: { a: [1, null], 'p"w': secret('hunter2\n"') } },
    'application/json',
    '{"a":[1,null],"p\\"w":"hunter2\\n\\""}',
  ],
  [
    'a form',
    { bodyFormat: 'form-urlencoded', body: { a: 'x y&', b: 2 } },
    'application/x-www-form-urlencoded',
    'a=x+y%26&b=2',
  ],
  [
    'a text as it is',
    { body: '@line 1\r\n\t"line" \\2 é\n', headers: { 'Content-Type': 'text/plain' } },
    'text/plain',
    '@line 1\r\n\t"line" \\2 é\n',
  ],
  [
    'a secret text',
    { body: secret('hunter2 $HOME `id`'), headers: { 'content-type': 'a/b' } },
    'a/b',
    'hunter2 $HOME `id`',
  ],
  [
    'nothing, with a name and a password',
    { urlUsername: 'anna', urlPassword: secret('p"w') },
    undefined,
    '',
    `Basic ${Buffer.from('anna:p"w').toString('base64')}`,
  ],
]

for (const [title, params, type, body, auth] of sent) {
  test(`a POST sends ${title}`, () =>
    withServer(async (url, seen) => {
      const request = { url: `${url}/made`, method: 'POST', statusCode: [200, 201], ...params }
      const changes = await looked(uri, request)
      assert.equal(seen, [])
      assert.equal(
        changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
        [`POST ${url}/made: not sent → sent`],
      )
      await applied(uri, request)
      assert.is(seen.length, 1)
      assert.is(seen[0]!.headers['content-type'], type)
      assert.is(seen[0]!.body, body)
      assert.is(seen[0]!.headers.authorization, auth)
    }))
}

test('a file of the host is sent as it is', () =>
  withServer(async (url, seen) =>
    inFolder(async (folder) => {
      writeFileSync(`${folder}/body`, `a\n\0${'x'.repeat(100_000)}`)
      await applied(uri, { url, method: 'PUT', src: `${folder}/body` })
      assert.is(seen[0]!.body.length, 100_003)
    }),
  ))

test('changed decides by the answer, also of a GET, which is then sent as a step', () =>
  withServer(async (url) => {
    const isNew = ({ status, json }: { status: number; json: unknown }) =>
      status === 201 && (json as { isNew: boolean }).isNew
    const [change] = await looked(uri, { url: `${url}/made`, statusCode: 201, changed: isNew })
    const [step] = change!.steps
    assert.is(step?.kind === 'run' && typeof step.changed, 'function')
    assert.ok(step?.kind === 'run' && step.runsInCheckMode)
    const post = await looked(uri, { url: `${url}/made`, method: 'POST', changed: false })
    assert.ok(
      post[0]!.steps.every((each) => each.kind === 'run' && each.changed === false && !each.runsInCheckMode),
    )
  }))

test('creates and removes say whether it is sent', () =>
  withServer(async (url, seen) =>
    inFolder(async (folder) => {
      mkdirSync(`${folder}/there`)
      assert.equal(await looked(uri, { url, method: 'POST', creates: `${folder}/there` }), [])
      assert.equal(await looked(uri, { url, method: 'POST', removes: `${folder}/gone` }), [])
      assert.is((await looked(uri, { url, method: 'POST', removes: `${folder}/there` })).length, 1)
      assert.equal(seen, [])
    }),
  ))

const refused: [title: string, params: Params, says: RegExp][] = [
  ['a password in the URL', { url: 'http://a:b@c/' }, /url: expected a URL .* without a password/],
  ['an object as a text', { body: { a: 1 } }, /body: expected a text, or bodyFormat: 'json'/],
  ['a list as a form', { body: [1], bodyFormat: 'form-urlencoded' }, /body: expected an object of texts/],
  ['body and src', { body: 'a', src: '/b' }, /expected body or src, not both/],
  ['a password without a name', { urlPassword: 'x' }, /urlUsername: expected a user name/],
  ['a large body', { body: 'x'.repeat(70_000) }, /body: expected at most 64 KiB/],
  ['a method in small letters', { method: 'post' }, /method: expected a method in capitals/],
]

for (const [title, params, says] of refused) {
  test(`${title} is refused`, () => {
    assert.throws(
      () => uri({ url: 'http://localhost/', ...params }),
      (error: { message: string; details: string[] }) =>
        says.test([error.message, ...error.details].join('\n')),
    )
  })
}

test.run()
