// The keyword unsafePaths, and what -vvv shows of steps in such folders.

import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { definePlay } from '../../../src/model/play.ts'
import { copyFile, directory, line } from '../../../tasks/index.ts'
import { attackerId } from '../../wire/attacker.ts'
import { errorsOf, inFolder, runPlays, runTasks } from '../harness.ts'

const it = suite('unsafePaths')
const test = process.getuid?.() === 0 ? it : it.skip

/** A folder of root in a folder of somebody else. */
const unsafeFolder = (path: (name: string) => string): string => {
  mkdirSync(path('theirs'))
  chownSync(path('theirs'), attackerId, attackerId)
  mkdirSync(path('theirs/of-root'))
  return path('theirs/of-root')
}

const kinds: [
  title: string,
  task: (folder: string, options?: { unsafePaths: boolean }) => ReturnType<typeof line>,
][] = [
  ['a line', (folder, options) => line({ path: `${folder}/a`, line: 'x', create: true }, options)],
  [
    'an upload',
    (folder, options) => copyFile({ dest: `${folder}/b`, content: 'x'.repeat(200_000) }, options),
  ],
  ['a folder', (folder, options) => directory({ path: `${folder}/c` }, options)],
]

for (const [title, task] of kinds) {
  test(`${title}: refused with a hint, and made with unsafePaths`, () =>
    inFolder(async (path) => {
      const folder = unsafeFolder(path)
      const [error] = errorsOf(await runTasks([task(folder)]))
      assert.is(error!.code, 'E_UNSAFE_PATH')
      assert.match(error!.hint!, 'unsafePaths: true')
      const ran = await runTasks([task(folder, { unsafePaths: true })])
      assert.equal(errorsOf(ran), [])
      assert.is(ran.recap.hosts[0]!.counts.changed, 1)
    }))
}

test('a play gives it to its tasks, and a task can take it back', () =>
  inFolder(async (path) => {
    const folder = unsafeFolder(path)
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      unsafePaths: true,
      tasks: () => [
        line({ path: `${folder}/a`, line: 'x', create: true }),
        line({ path: `${folder}/b`, line: 'x', create: true }, { unsafePaths: false }),
      ],
    })
    const ran = await runPlays([play], { hosts: ['one'] })
    assert.is(readFileSync(`${folder}/a`, 'utf8'), 'x\n')
    assert.equal(
      errorsOf(ran).map(({ code }) => code),
      ['E_UNSAFE_PATH'],
    )
  }))

test('the functions that all such steps share are not shown with -vvv', () =>
  inFolder(async (path) => {
    const { events } = await runTasks([line({ path: path('a'), line: 'x', create: true })])
    const shown = events.flatMap((event) => (event.kind === 'command' && event.isStep ? [event.script] : []))
    assert.is(shown.length, 1)
    assert.match(shown[0]!, 'rp_target')
    assert.not.match(shown[0]!, 'rp_refuse()')
  }))

it.run()
