// Pending handlers through runs at the same time, damaged files and a full disk.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { openPendingHandlers } from '../../src/journal/pendingHandlers.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { inFolder } from '../engine/harness.ts'

const test = suite('pending handlers')

test('runs at the same time do not remove what the others have pending', () =>
  inFolder(async (path) => {
    const [one, other] = [openPendingHandlers(path('.rp')), openPendingHandlers(path('.rp'))]
    one.add('web', 'a', 'restart')
    other.add('web', 'b', 'restart')
    other.add('web', 'a', 'restart')
    other.settle('web', 'a', 'restart')
    other.settle('web', 'b', 'restart')
    const later = openPendingHandlers(path('.rp'))
    assert.equal(later.of('web', 'a'), ['restart'])
    assert.equal(later.of('web', 'b'), [])
    later.settle('web', 'a', 'restart')
    assert.equal(readdirSync(path('.rp/handlers')), [])
  }))

test('what two processes have pending at once is all there afterwards', () =>
  inFolder(async (path) => {
    const module = new URL('../../src/journal/pendingHandlers.js', import.meta.url).href
    const code = (host: string) =>
      `const { openPendingHandlers } = await import(${JSON.stringify(module)})
const pending = openPendingHandlers(${JSON.stringify(path('.rp'))})
for (let i = 0; i < 40; i++) { pending.add('web', '${host}' + i, 'restart'); if (i % 2) pending.settle('web', '${host}' + i, 'restart') }
process.kill(process.pid, 'SIGKILL')`
    const script = ['a', 'b', 'c']
      .map((host) => `"$0" --input-type=module -e '${code(host).replaceAll("'", "'\\''")}' &`)
      .join('\n')
    spawnSync('sh', ['-c', `${script}\nwait`, process.execPath])
    const later = openPendingHandlers(path('.rp'))
    const hosts = ['a', 'b', 'c'].flatMap((host) =>
      Array.from({ length: 40 }, (_, index) => `${host}${index}`),
    )
    assert.is(hosts.filter((host) => later.of('web', host).length === 1).length, 60)
  }))

const damages: [title: string, content: string][] = [
  ['empty', ''],
  ['cut off', '{"play":"web","ho'],
  ['null', 'null'],
  ['something else', '["web"]'],
]
for (const [title, content] of damages) {
  test(`a damaged file (${title}) is named, and is not taken for nothing`, () =>
    inFolder(async (path) => {
      mkdirSync(path('.rp/handlers'), { recursive: true })
      writeFileSync(path('.rp/handlers/1234.json'), content)
      try {
        openPendingHandlers(path('.rp'))
      } catch (thrown) {
        assert.instance(thrown, PlaybookError)
        assert.is((thrown as PlaybookError).code, 'E_PENDING_HANDLERS')
        assert.match((thrown as PlaybookError).message, 'handlers/1234.json')
        return
      }
      assert.unreachable('it was taken')
    }))
}

const mounted = spawnSync('sh', ['-c', 'unshare -m true && [ "$(id -u)" = 0 ]'])
const withMount = mounted.status === 0 ? test : test.skip

withMount('a full disk is reported, with what it means; the run itself knows its handlers', () =>
  inFolder(async (path) => {
    mkdirSync(path('disk'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', path('disk')])
    try {
      assert.throws(() => writeFileSync(join(path('disk'), 'large'), Buffer.alloc(100_000)), /ENOSPC/)
      const errors: PlaybookError[] = []
      const pending = openPendingHandlers(path('disk/.rp'), (error) => errors.push(error))
      pending.add('web', 'a', 'restart')
      pending.add('web', 'b', 'restart')
      assert.equal(pending.of('web', 'b'), ['restart'])
      assert.is(errors.length, 1)
      assert.match(errors[0]!.message, /Cannot write pending handlers to .*ENOSPC/)
    } finally {
      execFileSync('umount', [path('disk')])
    }
  }),
)

test('they are kept whole', () =>
  inFolder(async (path) => {
    openPendingHandlers(path('.rp')).add('a/b', 'host\n', '../../x')
    const [name] = readdirSync(path('.rp/handlers'))
    assert.equal(JSON.parse(readFileSync(path(`.rp/handlers/${name}`), 'utf8')), {
      play: 'a/b',
      host: 'host\n',
      title: '../../x',
    })
  }))

test.run()
