// Tests the messages of testSessionFailover for wrong answers.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { testSessionFailover } from '../../../tasks/tomcat/testSessionFailover.ts'
import { runTasks } from '../../engine/harness.ts'
import { inFolder } from '../apply.ts'

type Answer = { readonly status?: string; readonly cookie?: string; readonly body?: string }

const page = (count: number) => `<p><b>Session ID:</b>12AB</p><p><b>Access Count (확인용):</b>${count}</p>`

type Row = readonly [title: string, answers: readonly Answer[], message: string, lastLine: string]

const rows: readonly Row[] = [
  [
    'another status',
    [{ status: '503 Service Unavailable' }],
    'ecs.example, request 1, through web-01: HTTP 503, expected 200.',
    'request 1, through web-01: HTTP 503, no route, count missing',
  ],
  [
    'no cookie',
    [{ body: page(1) }],
    'ecs.example, request 1, through web-01: no session cookie with a route.',
    'request 1, through web-01: HTTP 200, no route, count 1',
  ],
  [
    'a page that counts nothing',
    [{ cookie: 'A.ecs1', body: '<p>hello 7</p>' }],
    'ecs.example, request 1, through web-01: no count in the answer.',
    'request 1, through web-01: HTTP 200, ecs1, count missing',
  ],
  [
    'a count that does not rise',
    [{ cookie: 'A.ecs1', body: page(1) }, { body: page(1) }],
    'ecs.example, request 2, through web-02: ecs1 answered with count 1, expected 2.',
    'request 2, through web-02: HTTP 200, ecs1, count 1',
  ],
  [
    'a new session',
    [
      { cookie: 'A.ecs1', body: page(1) },
      { cookie: 'B.ecs2', body: page(1) },
    ],
    'ecs.example, request 2, through web-02: a new session came from ecs2, with count 1; expected the old one with 2.',
    'request 2, through web-02: HTTP 200, ecs2, count 1',
  ],
  [
    'another Tomcat while the first is up',
    [
      { cookie: 'A.ecs1', body: page(1) },
      { cookie: 'A.ecs2', body: page(2) },
    ],
    'ecs.example, request 2, through web-02: ecs2 answered, expected ecs1, which is up.',
    'request 2, through web-02: HTTP 200, ecs2, count 2',
  ],
  [
    'a route of no Tomcat',
    [{ cookie: 'A.xyz', body: page(1) }, { body: page(2) }],
    'ecs.example: no Tomcat has the route xyz.',
    'request 2, through web-02: HTTP 200, xyz, count 2',
  ],
]
for (const [title, answers, message, lastLine] of rows) {
  test(`the message has request, route and count: ${title}`, () =>
    inFolder(async (folder) => {
      fakeCurl(folder, answers)
      const { error } = await tried(folder)
      assert.is(error?.code, 'E_SESSION')
      assert.is(error?.message, message)
      assert.is(error?.details.at(-1), lastLine)
    }))
}

test('the cookie goes back with the route that came last, on the standard input of curl', () =>
  inFolder(async (folder) => {
    fakeCurl(folder, [{ cookie: 'A.xyz', body: page(1) }, { body: page(2) }])
    await tried(folder)
    const asked = readFileSync(join(folder, 'asked'), 'utf8')
    assert.match(asked, 'header = "Cookie: JSESSIONID=A.xyz"')
    assert.is(asked.split('header = "Host: ecs.example"').length, 3)
    assert.is(asked.split('url = "http://127.0.0.1:80/count.jsp"').length, 3)
  }))

test('a dry run asks nobody', () =>
  inFolder(async (folder) => {
    fakeCurl(folder, [{ cookie: 'A.ecs1', body: page(1) }])
    const { story } = await runTasks((host) => (host === 'web-01' ? [task(folder)] : []), {
      hosts: ['web-01', 'web-02'],
      isCheck: true,
    })
    assert.equal(story, ['web-01: changed testSessionFailover ecs.example'])
    assert.throws(() => readFileSync(join(folder, 'asked')))
  }))

const task = (folder: string) =>
  testSessionFailover(
    {
      host: 'ecs.example',
      path: '/count.jsp',
      through: ['web-01', 'web-02'],
      tomcats: ['ecs1', 'ecs2'].map((route) => ({ on: 'web-01', route, home: '/nowhere', httpPort: 8080 })),
    },
    { environment: { PATH: `${folder}:${process.env.PATH}` } },
  )

async function tried(folder: string): Promise<{ error: PlaybookError | undefined }> {
  const { events } = await runTasks((host) => (host === 'web-01' ? [task(folder)] : []), {
    hosts: ['web-01', 'web-02'],
  })
  return { error: events.flatMap((event) => (event.kind === 'taskEnd' && event.result.error) || [])[0] }
}

/** Answers in order, and notes what it was asked. */
function fakeCurl(folder: string, answers: readonly Answer[]): void {
  for (const [index, { status = '200 OK', cookie, body = '' }] of answers.entries()) {
    const head = [
      `HTTP/1.1 ${status}`,
      ...(cookie ? [`Set-Cookie: JSESSIONID=${cookie}; Path=/; HttpOnly`] : []),
    ]
    writeFileSync(join(folder, `answer-${index + 1}`), `${head.join('\r\n')}\r\n\r\n${body}`)
  }
  const curl = join(folder, 'curl')
  writeFileSync(
    curl,
    `#!/bin/sh
cat >>${folder}/asked
n=$(($(cat ${folder}/n 2>/dev/null || echo 0) + 1))
echo $n >${folder}/n
cat ${folder}/answer-$n
`,
  )
  chmodSync(curl, 0o755)
}

test.run()
