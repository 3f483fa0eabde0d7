// Tests how results of modules and playbooks are read, and the inventory for Ansible.

import { parse } from 'yaml'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { type AnsibleEvent, HostResults } from '../../../tasks/ansible/hostResults.ts'
import { inventoryText } from '../../../tasks/ansible/inventoryText.ts'
import { moduleChanges, moduleError, moduleResult } from '../../../tasks/ansible/moduleResult.ts'

const printed = (stdout: string, code = 0, stderr = '') => ({
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
  code,
})

test('a result is found among other lines', () => {
  const found = moduleResult('x', printed('motd\n{not json\n{"changed": true, "msg": "ü"}\nbye\n'))
  assert.equal(found, { changed: true, msg: 'ü' })
})

const failures: [
  title: string,
  output: ReturnType<typeof printed>,
  code: string,
  message: RegExp,
  details: RegExp,
][] = [
  [
    'a module that failed',
    printed('{"failed": true, "msg": "no such user\\nmore"}', 1),
    'E_MODULE_FAILED',
    /^x: no such user$/,
    /^more$/,
  ],
  [
    'a module that printed a traceback',
    printed('', 1, 'Traceback\nKeyError: 1\n'),
    'E_MODULE_FAILED',
    /exit code 1 and printed no result/,
    /KeyError/,
  ],
  [
    'a failure that is not to be shown',
    printed('{"failed": true, "_ansible_no_log": true, "msg": "pw"}', 1),
    'E_MODULE_FAILED',
    /hidden \(no_log\)/,
    /^$/,
  ],
  [
    'no Python',
    printed('', 127, 'run-playbook: no python: /opt/python\n'),
    'E_NO_PYTHON',
    /needs Python, and this host has none/,
    /\/opt\/python/,
  ],
]
for (const [title, output, code, message, details] of failures) {
  test(title, () => {
    const error = moduleError('x', output)!
    assert.is(error.code, code)
    assert.match(error.message, message)
    assert.match(error.details.join('\n'), details)
    assert.not.match(JSON.stringify(error.details), /pw/)
  })
}

const changes: [title: string, result: object, shown: string[], diff?: object][] = [
  ['no diff', { msg: 'line added' }, ['x: differs → line added']],
  ['nothing set', {}, ['x: differs → as described']],
  [
    'members of a mapping',
    { diff: { before: { state: 'absent', path: '/x' }, after: { state: 'directory', path: '/x' } } },
    ['x: state: absent → state: directory'],
  ],
  [
    'texts, by the name of their file',
    { diff: { before: '', after: 'a\nb\n', after_header: '/etc/x (content)' } },
    ['x: /etc/x (content): empty → 2 lines'],
    { path: '/etc/x (content)', before: '', after: 'a\nb\n' },
  ],
  [
    'several',
    {
      diff: [
        { before: 'a', after: 'b' },
        { before: 'c', after: 'c' },
        { before: { m: 1 }, after: { m: 2 } },
      ],
    },
    ['x: a → b', 'x: m: 1 → m: 2'],
  ],
  [
    'a prepared diff',
    { diff: { prepared: '--- a\n+++ b\n@@ -1 +1 @@\n same\n-old\n+new\n' } },
    ['x: 2 lines → 2 lines'],
    { path: 'x', before: 'same\nold\n', after: 'same\nnew\n' },
  ],
  [
    'what is not to be shown',
    { _ansible_no_log: true, diff: { before: 'pw1', after: 'pw2' } },
    ['x: hidden → hidden (no_log)'],
  ],
]
for (const [title, result, shown, diff] of changes) {
  test(`changes: ${title}`, () => {
    const found = moduleChanges('x', result)
    assert.equal(
      found.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      shown,
    )
    if (diff) assert.equal(found[0]!.diff, diff)
  })
}

const reported = (
  status: 'ok' | 'failed' | 'skipped' | 'unreachable',
  task: string,
  result: object,
  more: object = {},
) => ({ event: 'result', status, host: 'one', task, result, items: [], ...more }) as AnsibleEvent
const end = (failures: number, unreachable = 0): AnsibleEvent => ({
  event: 'end',
  host: 'one',
  stats: { failures, unreachable },
})

const plays: [title: string, events: AnsibleEvent[], changes: string[], error?: RegExp][] = [
  [
    'tasks that changed something',
    [reported('ok', 'r : a', { changed: true }), reported('ok', 'b', { changed: false }), end(0)],
    ['r : a'],
  ],
  [
    'items of a loop',
    [
      reported(
        'ok',
        'a',
        { changed: true },
        {
          items: [
            { changed: true, item: 'x' },
            { changed: false, item: 'y' },
          ],
        },
      ),
      end(0),
    ],
    ['a (x)'],
  ],
  [
    'a failure',
    [reported('ok', 'a', { changed: true }), reported('failed', 'b', { msg: 'broken' }), end(1)],
    ['a'],
    /Ansible's task "b" failed: broken/,
  ],
  [
    'the item that failed',
    [
      reported('failed', 'b', { msg: 'one of them' }, { items: [{ item: 'x', failed: true, msg: 'no' }] }),
      end(1),
    ],
    [],
    /task "b \(x\)" failed: no/,
  ],
  ['a failure that is rescued', [reported('failed', 'b', { msg: 'broken' }), end(0)], []],
  ['a failure that is ignored', [reported('failed', 'b', { msg: 'broken' }, { ignored: true }), end(0)], []],
  ['a host that is lost', [reported('unreachable', 'b', { msg: 'no route' }), end(0, 1)], [], /no route/],
  [
    'a hidden failure',
    [reported('failed', 'b', { censored: 'hidden', msg: 'pw' }), end(1)],
    [],
    /its output is hidden \(no_log\)/,
  ],
  ['a hidden change', [reported('ok', 'b', { changed: true, censored: 'hidden' }), end(0)], ['b']],
]
for (const [title, events, expected, error] of plays) {
  test(`a playbook: ${title}`, () => {
    const results = new HostResults()
    for (const event of events) results.add(event)
    const found = results.of('one')!
    assert.equal(
      found.changes.map(({ what }) => what),
      expected,
    )
    if (error) assert.match(found.error!.message, error)
    else assert.is(found.error, undefined)
    assert.is(results.of('two'), undefined)
  })
}

test('an inventory has connections, groups and variables, and texts are no templates again', () => {
  const host = {
    name: 'web-01',
    settings: {
      kind: 'ssh',
      host: '10.0.0.1',
      port: 2222,
      user: 'ops',
      password: secret('hunter2'),
      privateKeyFile: '/k',
      sshArgs: ['-o', 'UserKnownHostsFile=/a b'],
      become: { method: 'sudo', user: 'root' },
    } as const,
    become: { method: 'sudo', user: 'app', password: secret('hunter3') } as const,
    vars: {
      ansible_host: 'old',
      ansible_ssh_extra_args: '-v',
      ansible_python_interpreter: '/p',
      shown: '{{ x }}',
      list: [1, null, secret('s')],
    },
  }
  const text = inventoryText([host], { all: ['web-01', 'db'], web: ['web-01'], none: [] }, (name) => ({
    other: name,
  }))
  assert.match(text, /"shown": !unsafe "\{\{ x \}\}"/)
  assert.equal(parse(text, { logLevel: 'silent' }), {
    all: {
      hosts: {
        'web-01': {
          ansible_python_interpreter: '/p',
          shown: '{{ x }}',
          list: [1, null, 's'],
          ansible_connection: 'ssh',
          ansible_host: '10.0.0.1',
          ansible_port: 2222,
          ansible_user: 'ops',
          ansible_password: 'hunter2',
          ansible_ssh_private_key_file: '/k',
          ansible_ssh_common_args: "-o 'UserKnownHostsFile=/a b'",
          ansible_become_password: 'hunter3',
        },
        db: { other: 'db' },
      },
      children: { web: { hosts: { 'web-01': {} } }, none: { hosts: {} } },
    },
  })
})

test.run()
