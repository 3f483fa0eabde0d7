// Tests for workers that mod_jk accepts silently and does not serve.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { checkJkWorkers } from '../../../tasks/httpd/jkWorkers.ts'

const workers = [
  'worker.list=ecs_lb,jkstatus',
  'worker.jkstatus.type=status',
  'worker.ecs_lb.type=lb',
  'worker.ecs_lb.balance_workers=ecs1,ecs2',
  'worker.ecs1.type=ajp13',
  'worker.ecs1.port=8009',
  'worker.ecs2.reference=worker.ecs1',
]

const rows: readonly (readonly [string, readonly string[], string, readonly string[]])[] = [
  ['all is well', workers, 'JkMount /* ecs_lb\n  jkmount "/s" jkstatus', []],
  ['a mount that is commented out', workers, '# JkMount /* other', []],
  [
    'a mount of a worker that nobody lists',
    workers,
    '<VirtualHost *:80>\n  JkMount /* ifs_lb\n</VirtualHost>',
    ['vhosts.conf:2: JkMount of ifs_lb, which worker.list does not have'],
  ],
  [
    'a mount of a member, which only its balancer may use',
    workers,
    'JkMount /* ecs1',
    ['vhosts.conf:1: JkMount of ecs1, which worker.list does not have'],
  ],
  [
    'a key that is set twice',
    [...workers, 'worker.ecs1.port = 8111'],
    '',
    ['workers.properties:8: worker.ecs1.port is set a second time'],
  ],
  ['lists that add up', [...workers, 'worker.list=more', 'worker.more.type=status'], 'JkMount /m more', []],
  [
    'a member without a type',
    workers.filter((line) => !line.startsWith('worker.ecs2')),
    '',
    ['workers.properties:4: the worker ecs2 has no type'],
  ],
  ['no workers among the files', [], 'JkMount /* any', []],
]
for (const [title, lines, vhosts, expected] of rows) {
  test(title, () => {
    const files = [
      { path: 'workers.properties', text: `${lines.join('\r\n')}\n` },
      { path: 'vhosts.conf', text: vhosts },
    ]
    assert.equal(faultsOf(files), expected)
  })
}

function faultsOf(files: Parameters<typeof checkJkWorkers>[0]): readonly string[] {
  try {
    checkJkWorkers(files)
    return []
  } catch (thrown) {
    const { code, message, details } = thrown as PlaybookError
    assert.is(code, 'E_JK_WORKER')
    return details.length > 0 ? details : [message]
  }
}

test.run()
