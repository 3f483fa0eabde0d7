// The board of the packed command, on a terminal of its own.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { onTerminal } from '../onTerminal.ts'

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
test.after(() => site.remove())

test('A task with a Korean title runs on the board, and its line stays', async () => {
  const { code, stdout } = await onTerminal(site, 'play -i inventory.yaml', [])
  assert.is(code, 0, stdout)
  assert.match(stdout, /웹 서버 설치 {2}1 host · 1 task +00:00/)
  assert.match(stdout, /서버 {2}╺━+ {2}0\/1 {2}아파치 재시작 {3}0 s/)
  assert.match(stdout, /서버 {2}changed {2}아파치 재시작/)
})

test('Ctrl-C removes the board and shows the cursor again', async () => {
  const { code, stdout } = await onTerminal(site, 'long -i inventory.yaml', [[/nap {3}0 s/, '\x03']])
  assert.is(code, 130, stdout)
  const end = stdout.slice(stdout.indexOf('Interrupted.'))
  assert.match(end, /^Interrupted\. A step was running on 1 host:\n {4}서버 {2}nap\n/)
  assert.ok(stdout.lastIndexOf('\x1b[?25h') > stdout.lastIndexOf('\x1b[?25l'))
})

test.run()
