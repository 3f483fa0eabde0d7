// Tests the task download: plans, and mirrors on loopback, good and bad.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type FileState, secret } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { download } from '../../../tasks/files/download.ts'
import { secureMirror } from '../../http/secureMirror.ts'
import { type ApplyOptions, applied, failure, inFolder, looked, shells } from '../apply.ts'
import { absent, fileWith, folder } from '../fileStates.ts'

const good = Buffer.from([0, 255, 13, 10, ...Buffer.from('good')])
const sha256 = createHash('sha256').update(good).digest('hex')
const sha512 = createHash('sha512').update(good).digest('hex')

const holding = (digest?: string) => fileWith('x', { digest })
const base = { url: 'https://mirror.example/a.tar.gz', dest: '/src/a.tar.gz' }
const other = 'e'.repeat(128)

const rows: [title: string, params: object, current: FileState, changes: string[]][] = [
  ['the right file needs no request', { checksum: sha256 }, holding(sha256), []],
  ['a checksum may be in upper case', { checksum: `sha256:${sha256.toUpperCase()}` }, holding(sha256), []],
  ['without a checksum a file that is there stays', { checksum: false }, holding(), []],
  [
    'without a checksum a missing file is fetched',
    { checksum: false },
    absent,
    ['/src/a.tar.gz: absent → fetched'],
  ],
  [
    'a missing file is fetched',
    { checksum: sha512 },
    absent,
    [`/src/a.tar.gz: absent → SHA-512 ${sha512.slice(0, 4)}…${sha512.slice(-2)}`],
  ],
  [
    'another file is replaced',
    { checksum: sha512 },
    holding(other),
    [`/src/a.tar.gz: SHA-512 eeee…ee → SHA-512 ${sha512.slice(0, 4)}…${sha512.slice(-2)}`],
  ],
  [
    'the mode of the right file is put right',
    { checksum: sha256, mode: '0600' },
    holding(sha256),
    ['/src/a.tar.gz mode: 0644 → 0600'],
  ],
]

for (const [title, params, current, changes] of rows) {
  test(`download: ${title}`, () => {
    const result = planned(download, { ...base, ...params } as never, { current, folder })
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
  })
}

test("download: via: 'controller' is an upload of what the controller fetches", () => {
  const { params } = download({ ...base, checksum: sha512, via: 'controller' })
  const [change] = download.spec.plan(params as never, { current: absent, folder }, undefined)
  assert.equal(change!.steps[0], {
    kind: 'upload',
    source: { kind: 'fetch', urls: [base.url], checksum: { algorithm: 'sha512', hex: sha512 }, timeout: 30 },
    path: '/src/a.tar.gz',
    mode: undefined,
    owner: undefined,
    group: undefined,
  })
})

test('download: no credential is in the command', () => {
  const { params } = download({
    url: 'https://me:hunter2@mirror.example/a?token=hunter3',
    dest: '/a',
    checksum: sha512,
    headers: { Authorization: secret('Bearer hunter4') },
  })
  const changes = download.spec.plan(params as never, { current: absent, folder }, undefined)
  assert.not.match(JSON.stringify(changes), /hunter/)
})

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['no checksum', {}, /checksum/],
  ['no address', { url: undefined, checksum: false }, /url or urls/],
  ['an address and mirrors', { urls: [base.url], checksum: false }, /url or urls/],
  ['an address of another kind', { url: 'file:///etc/shadow', checksum: false }, /begins with https/],
  ['a checksum that is none', { checksum: 'md5:abc' }, /sha256/],
  ['a list of another kind', { checksum: 'md5:https://x/MD5SUMS' }, /sha256/],
  ['a user without a password', { checksum: false, urlUsername: 'me' }, /both urlUsername and urlPassword/],
  ['the controller without checksum', { via: 'controller', checksum: false }, /needs/],
  ['headers by the controller', { via: 'controller', checksum: sha256, headers: { A: 'b' } }, /'host'/],
]

for (const [title, params, expected] of wrong) {
  test(`download: ${title} is refused at once`, () => {
    assert.throws(() => download({ ...base, ...params } as never), expected)
  })
}

test('download: a folder as dest, or a missing one above it, is an error that says what to do', () => {
  assert.throws(
    () => planned(download, { ...base, dest: '/src', checksum: false }, { current: folder, folder }),
    (error: { code: string; hint: string }) =>
      error.code === 'E_NOT_A_FILE' && error.hint.includes('/src/a.tar.gz'),
  )
  assert.throws(
    () => planned(download, { ...base, checksum: false }, { current: absent, folder: absent }),
    (error: { code: string }) => error.code === 'E_NO_FOLDER',
  )
})

const tools = [
  'mktemp',
  'find',
  'id',
  'rmdir',
  'sed',
  'tr',
  'grep',
  'sha256sum',
  'sha512sum',
  'chown',
  'cp',
  'chmod',
  'mv',
  'rm',
  'readlink',
  'stat',
  'cat',
  'head',
  'tail',
  'sleep',
  'setsid',
]

/** A folder to be the whole PATH: the usual tools, and of those that fetch only the named one. */
function onlyWith(folder: string, tool: 'curl' | 'wget' | 'busybox wget' | 'none'): string {
  const path = join(folder, 'path')
  mkdirSync(path)
  const names = tool === 'curl' || tool === 'wget' ? [...tools, tool] : tools
  for (const name of names) symlinkSync(found(name)!, join(path, name))
  if (tool === 'busybox wget') {
    writeFileSync(join(path, 'wget'), `#!${found('busybox')} sh\nexec ${found('busybox')} wget "$@"\n`)
    chmodSync(join(path, 'wget'), 0o755)
  }
  return path
}

function found(name: string): string | undefined {
  return `${process.env.PATH}:/usr/sbin:/sbin`
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

type Mirror = { url: string; requests: IncomingMessage[] }

async function withMirror(body: (mirror: Mirror) => Promise<void>): Promise<void> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await body({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const route = new URL(request.url!, 'http://x').pathname
  if (route === '/good' || route === '/to/good') response.end(good)
  else if (route === '/to/x')
    response.writeHead(302, { location: decodeURIComponent(request.url!.split('?')[1]!) }).end()
  else if (route === '/again') response.writeHead(302, { location: '/again' }).end()
  else if (route.startsWith('/sums/')) response.end(sums[route.slice(6)])
  else if (route === '/bad') response.end('bad')
  else if (route === '/moved') response.writeHead(302, { location: '/good' }).end()
  else if (route === '/cut') {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('begun')
    setTimeout(() => response.destroy(), 20)
  } else if (route === '/private' && request.headers['x-key'] === 'a "q" \\b') response.end(good)
  else if (route === '/basic' && request.headers.authorization === `Basic ${btoa('me:p ss')}`)
    response.end(good)
  else if (route === '/basic') response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
  else response.writeHead(404).end('<html>nothing</html>')
}

const hexOfOther = createHash('sha256').update('other').digest('hex')
const sums: { readonly [name: string]: string } = {
  gnu: `${hexOfOther}  other\n${sha256} *./dist/good\n`,
  bsd: `SHA256 (other) = ${hexOfOther}\nSHA256 (good) = ${sha256.toUpperCase()}\n`,
  alone: `${sha256}\n`,
  none: `${hexOfOther}  other\n`,
}

test('download: the checksum is in a list of the mirror', () =>
  withMirror(({ url, requests }) =>
    inFolder(async (folder) => {
      for (const name of ['gnu', 'bsd', 'alone']) {
        const params = {
          url: `${url}/good`,
          dest: `${folder}/${name}`,
          checksum: `sha256:${url}/sums/${name}`,
        }
        const { changes, again } = await applied(download, params)
        assert.equal([changes.length, again], [1, []], name)
        assert.ok(readFileSync(params.dest).equals(Buffer.from(good)))
      }
      const lists = requests.filter((request) => request.url!.startsWith('/sums/'))
      assert.is(lists.length, 3, 'a list is fetched once')
      const missing = { url: `${url}/good`, dest: `${folder}/x`, checksum: `sha256:${url}/sums/none` }
      const error = await failure(() => looked(download, missing))
      assert.equal([error.code, error.details], ['E_NO_CHECKSUM', ['It has one of other']])
      const gone = { ...missing, checksum: `sha256:${url}/nowhere` }
      assert.is((await failure(() => looked(download, gone))).code, 'E_FETCH')
      const wrong = { ...missing, checksum: `sha256:${url}/sums/none`, url: `${url}/to/x/../../other` }
      assert.is((await failure(() => applied(download, wrong))).code, 'E_DOWNLOAD')
    }),
  ))

test('download: an account is sent at once, and is in no command', () =>
  withMirror(({ url, requests }) =>
    inFolder(async (folder) => {
      const account = { urlUsername: 'me', urlPassword: secret('p ss') }
      const params = { url: `${url}/basic`, dest: `${folder}/a`, checksum: false as const, ...account }
      const changes = await looked(download, params)
      assert.not.match(JSON.stringify(changes), btoa('me:p ss'))
      assert.equal((await applied(download, params)).again, [])
      assert.is(requests.length, 1)
    }),
  ))

type Tool = Parameters<typeof onlyWith>[1]

// Every tool by one shell, and every shell by one tool: each shell reads all of the script.
const ways: [tool: Tool, shell: readonly string[]][] = [
  ...(['wget', 'busybox wget'] as const)
    .filter((tool) => found(tool.split(' ')[0]!))
    .map((tool): [Tool, readonly string[]] => [tool, shells[0]!]),
  ...shells.map((shell): [Tool, readonly string[]] => ['curl', shell]),
].map(([tool, shell]) => [tool, [found(shell[0]!)!, ...shell.slice(1)]])

for (const [tool, shell] of ways) {
  const name = `${tool}, ${shell.join(' ').replace(/^.*\//, '')}`
  const body = (run: (folder: string, mirror: Mirror, options: ApplyOptions) => Promise<void>) => () =>
    inFolder((folder) => withMirror((mirror) => run(folder, mirror, { shell, path: onlyWith(folder, tool) })))

  test(
    `download: the first good mirror wins, and a second run asks nobody (${name})`,
    body(async (folder, { url, requests }, options) => {
      const dest = `${folder}/it's a.gz`
      const params = {
        urls: [`${url}/no`, `${url}/bad`, `${url}/cut`, `${url}/moved`, `${url}/never`],
        dest,
        checksum: sha512,
        mode: '0600',
      }
      const { again } = await applied(download, params, options)
      assert.equal(again, [])
      assert.equal(readFileSync(dest), good)
      assert.is(statSync(dest).mode & 0o7777, 0o600)
      assert.equal(
        requests.map((request) => request.url),
        ['/no', '/bad', '/cut', '/moved', '/good'],
      )
      assert.equal(readdirSync(folder).sort(), ["it's a.gz", 'path'])
    }),
  )

  test(
    `download: what watches it ends with it, however soon that is (${name})`,
    body(async (folder, { url }, options) => {
      const program = join(options.path!, tool.replace('busybox ', ''))
      rmSync(program)
      writeFileSync(program, '#!/bin/sh\nexit 7\n', { mode: 0o755 })
      const urls = Array.from({ length: 50 }, (_, index) => `${url}/${index}`)
      const error = await failure(() =>
        applied(download, { urls, dest: `${folder}/a`, checksum: sha256 }, options),
      )
      assert.is(error.code, 'E_DOWNLOAD')
    }),
  )

  test(
    `download: where all fail each reason is reported, and what is there stays (${name})`,
    body(async (folder, { url }, options) => {
      const dest = `${folder}/a.gz`
      writeFileSync(dest, 'old')
      const urls = [`${url}/no`, `${url}/bad`, 'http://127.0.0.1:1/x']
      const error = await failure(() => applied(download, { urls, dest, checksum: sha256 }, options))
      assert.is(error.code, 'E_DOWNLOAD')
      assert.is(error.details[0], `${url}/no   404 Not Found`)
      assert.match(error.details[1]!, /\/bad {3}SHA-256 is [0-9a-f]{4}…[0-9a-f]{2}, expected [0-9a-f]{4}…/)
      assert.match(error.details[2]!, /127\.0\.0\.1:1\/x {3}.*(refused|connect)/i)
      assert.is(error.details[3], 'The file already on the host was left as it was.')
      assert.is(readFileSync(dest, 'utf8'), 'old')
      assert.equal(readdirSync(folder).sort(), ['a.gz', 'path'])
    }),
  )

  test(
    `download: a link's target is written, with the mode it had (${name})`,
    body(async (folder, { url }, options) => {
      writeFileSync(`${folder}/real`, 'old', { mode: 0o640 })
      symlinkSync('real', `${folder}/link`)
      await applied(download, { url: `${url}/good`, dest: `${folder}/link`, checksum: sha256 }, options)
      assert.ok(lstatSync(`${folder}/link`).isSymbolicLink())
      assert.equal(readFileSync(`${folder}/real`), good)
      assert.is(statSync(`${folder}/real`).mode & 0o7777, 0o640)
    }),
  )

  test(
    `download: secrets reach the mirror, or nobody (${name})`,
    body(async (folder, { url }, options) => {
      const headed = {
        url: `${url}/private`,
        dest: `${folder}/a`,
        checksum: sha256,
        headers: { 'X-Key': secret('a "q" \\b') },
      }
      const known = {
        url: `${url.replace('//', '//me:p%20ss@')}/basic`,
        dest: `${folder}/b`,
        checksum: false as const,
      }
      if (tool === 'busybox wget') {
        assert.is((await failure(() => applied(download, headed, options))).code, 'E_TOOL')
        assert.is((await failure(() => applied(download, known, options))).code, 'E_TOOL')
        return
      }
      assert.equal((await applied(download, headed, options)).again, [])
      assert.equal((await applied(download, known, options)).again, [])
      const bad = {
        ...known,
        url: `${url.replace('//', '//me:hunter2@')}/basic?key=hunter3`,
        dest: `${folder}/c`,
      }
      const error = await failure(() => applied(download, bad, options))
      assert.equal(error.details, [`${url}/basic?…   401 Unauthorized`])
    }),
  )

  if (tool === 'busybox wget') continue

  test(
    `download: headers and credentials follow a redirect to the same host only (${name})`,
    body((folder, here, options) =>
      withMirror(async (there) => {
        const redirected = async (to: string) => {
          here.requests.length = there.requests.length = 0
          const url = `${here.url.replace('//', '//me:p%20ss@')}/to/x?${encodeURIComponent(to)}`
          const params = { url, dest: `${folder}/a`, checksum: sha256, headers: { 'X-Key': secret('k\\"') } }
          await applied(download, params, options)
          rmSync(`${folder}/a`)
          const [last] = [...there.requests, ...here.requests.slice(1)]
          return [last!.url, last!.headers['x-key'], last!.headers.authorization]
        }
        // wget sends credentials only to a mirror that asks for them.
        const basic = tool === 'wget' ? undefined : `Basic ${btoa('me:p ss')}`
        assert.equal(await redirected('/good'), ['/good', 'k\\"', basic])
        assert.equal(await redirected('good'), ['/to/good', 'k\\"', basic])
        assert.equal(await redirected(`${here.url}/good?a=http://b`), ['/good?a=http://b', 'k\\"', basic])
        assert.equal(await redirected(`${there.url}/good`), ['/good', undefined, undefined])
        assert.equal(await redirected(there.url.replace('http:', '').concat('/good')), [
          '/good',
          undefined,
          undefined,
        ])
      }),
    ),
  )

  const refused: [title: string, to: (url: string) => string, reason: RegExp][] = [
    ['a redirect without an end', () => '/again', /more than 20 redirects/],
    ['a redirect to a file of the host', () => 'file:///etc/passwd', /another kind/],
    ['a redirect that is no address', (url) => `${url}/good"\\`, /not an address/],
  ]
  for (const [title, to, reason] of refused) {
    test(
      `download: ${title} is not followed (${name})`,
      body(async (folder, { url }, options) => {
        const params = {
          url: `${url}/to/x?${encodeURIComponent(to(url))}`,
          dest: `${folder}/a`,
          checksum: sha256,
        }
        const error = await failure(() => applied(download, params, options))
        assert.match(error.details[0]!, reason)
      }),
    )
  }

  test(
    `download: a redirect from https to http is not followed (${name})`,
    body(async (folder, plain, options) => {
      const secure = await secureMirror(`${plain.url}/good?token=hunter2`)
      try {
        const params = { url: secure.url, dest: `${folder}/a`, checksum: sha256, insecure: true }
        const error = await failure(() => applied(download, params, options))
        assert.match(
          error.details[0]!,
          /redirects from https to http:\/\/127\.0\.0\.1:\d+, which is not encrypted$/,
        )
        assert.equal(plain.requests, [])
      } finally {
        secure.stop()
      }
    }),
  )
}

test('download: without curl and wget the error says so', () =>
  inFolder(async (folder) => {
    const path = onlyWith(folder, 'none')
    const params = { url: 'http://127.0.0.1:1/', dest: `${folder}/a`, checksum: false as const }
    const error = await failure(() => applied(download, params, { shell: [found('dash')!], path }))
    assert.is(error.code, 'E_TOOL')
  }))

test.run()
