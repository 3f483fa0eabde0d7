// The board of the packed command, on a terminal of its own.

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { onScreen } from '../onScreen.ts'

const file = Buffer.alloc(4_000_000, 'x')
let sendRest = () => {}
/** Sends a file in four parts, one each 0.3 s; or one part, and the rest when `sendRest` is called. */
const server = createServer(({ url }, response) => {
  response.writeHead(200, { 'content-length': file.length })
  if (url === '/host') {
    response.write(file.subarray(0, 1_000_000))
    const timer = setTimeout(() => sendRest(), 30_000)
    sendRest = () => {
      clearTimeout(timer)
      response.end(file.subarray(1_000_000))
    }
    return
  }
  let sent = 0
  const timer = setInterval(() => {
    response.write(file.subarray(sent, sent + 1_000_000))
    sent += 1_000_000
    if (sent < file.length) return
    clearInterval(timer)
    response.end()
  }, 300)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as { port: number }

const site = cliSite({
  'inventory.yaml': 'web:\n  hosts:\n    서버: { ansible_connection: local }\n',
  'play.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'

export default definePlay({
  name: '웹 서버 설치',
  hosts: 'web',
  tasks: () => [command({ argv: ['sleep', '0.5'] }, { title: '아파치 재시작' })],
})
`,
  'long.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'

export default definePlay({
  name: 'Long',
  hosts: 'web',
  tasks: () => [command({ argv: ['sleep', '60'] }, { title: 'nap' })],
})
`,
})
site.write({
  'talk.ts': `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'
export default definePlay({
  name: 'Talk',
  hosts: 'web',
  tasks: () => [shell({ script: 'for n in 1 2 3 4 5 6; do echo "part $n"; sleep 0.5; done' }, { title: 'talk' })],
})
`,
  'fetch.ts': fetching('controller'),
  'fetchThere.ts': fetching('host'),
})
test.after(() => {
  site.remove()
  server.close()
})

function fetching(via: string): string {
  return `import { definePlay } from 'run-playbook'
import { download } from 'run-playbook/tasks'
export default definePlay({
  name: 'Fetch',
  hosts: 'web',
  tasks: () => [
    download(
      {
        url: 'http://127.0.0.1:${port}/${via}',
        dest: '${site.path}/${via}',
        checksum: 'sha256:${createHash('sha256').update(file).digest('hex')}',
        via: '${via}',
      },
      { title: 'fetch' },
    ),
  ],
})
`
}

const has = (screens: readonly string[], looks: RegExp) => screens.some((screen) => looks.test(screen))

test('A task with a Korean title runs on the board, and its line stays', async () => {
  const { code, text, screens } = await onScreen(site, 'play -i inventory.yaml')
  assert.is(code, 0, text)
  assert.ok(
    has(
      screens,
      /^웹 서버 설치 {2}0\/1 host · 0\/1 task +00:00\n {2}서버 {2}╺━+ {2}0\/1 {2}아파치 재시작 {3}0 s\n/m,
    ),
  )
  assert.match(text, /^서버 {2}changed {2}아파치 재시작\n/)
  assert.not.match(text, /━/)
})

test('Lines of a step are there as they come; Enter opens them, and q asks before it stops', async () => {
  const { code, text } = await onScreen(site, 'talk -i inventory.yaml', [
    [/ {2}서버 .*talk.*\n {8}part 1/, '\r'],
    [/› 서버 .*talk.*\n {8}talk:\n {8}part 1\n {8}part 2/, 'q'],
    [/Stop the run\?/, 'n'],
    [/↑↓ host/, 'q'],
    [/Stop the run\?/, 'y'],
  ])
  assert.is(code, 130, text)
  assert.match(text, /^Interrupted\. A step was running on 1 host:\n {4}서버 {2}talk\n/m)
})

test('A second run knows how long the first one took', async () => {
  await site.run('talk -i inventory.yaml')
  const { code, screens } = await onScreen(site, 'talk -i inventory.yaml')
  assert.is(code, 0)
  assert.ok(has(screens, /00:0\d of about 00:0\d\n.*talk {3}\d s of about \d s/))
})

const counted = /fetch {3}\d\.\d of 4\.0 MB {2}\d+ % {3}\d+ s/

test('A download by this machine counts its bytes', async () => {
  const { code, text, screens } = await onScreen(site, 'fetch -i inventory.yaml')
  assert.is(code, 0, text)
  assert.ok(has(screens, counted), screens.join('\n\n'))
})

test('A download by the host counts its bytes', async () => {
  const { code, text, screens } = await onScreen(site, 'fetchThere -i inventory.yaml', [
    [counted, () => sendRest()],
  ])
  assert.is(code, 0, text)
  assert.ok(has(screens, counted), screens.join('\n\n'))
  assert.not.match(screens.join('\n'), /rp_bytes/)
})

for (const [name, env] of [
  ['a dumb terminal', { TERM: 'dumb' }],
  ['CI', { CI: 'true' }],
] as const) {
  test(`There is no board on ${name}`, async () => {
    const { code, written } = await onScreen(site, 'play -i inventory.yaml', [], { env })
    assert.is(code, 0, written)
    assert.match(written, /^서버 {2}changed {2}아파치 재시작\r\n/)
    assert.not.match(written, /\x1b/)
  })
}

test('On a small terminal the board fits, and never takes the other screen', async () => {
  const { code, screens, written } = await onScreen(site, 'talk -i inventory.yaml', [], { size: [40, 10] })
  assert.is(code, 0)
  assert.ok(
    has(screens, /^Talk {2}0\/1 host · 0\/1 task +00:0\d\n {2}서버 {2}0\/1 {2}ta.* \d s\b.*\n {8}part \d$/m),
  )
  assert.not.match(written, /\x1b\[\?(?:1049|47)/)
})

test('Ctrl-C removes the board and shows the cursor again', async () => {
  const { code, text, written } = await onScreen(site, 'long -i inventory.yaml', [[/nap {3}0 s/, '\x03']])
  assert.is(code, 130, text)
  assert.match(text, /^Interrupted\. A step was running on 1 host:\n {4}서버 {2}nap\n/)
  assert.ok(written.lastIndexOf('\x1b[?25h') > written.lastIndexOf('\x1b[?25l'))
})

test.run()
