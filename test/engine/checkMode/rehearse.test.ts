// Rehearsals find steps that are sure to fail, in check mode.

import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { defineTask, PlaybookError, run, sh, z } from '../../../src/index.ts'
import { lastLines } from '../../../src/model/probe.ts'
import { copyFile } from '../../../tasks/index.ts'
import { errorsOf, runTasks, temporaryFolder } from '../harness.ts'

const folder = temporaryFolder()

/** Moves `from` to `to`, which can be known to fail where there is no `from`. */
const move = defineTask({
  name: 'move',
  summary: 'Moves a file.',
  params: z.strictObject({ from: z.string(), to: z.string(), explained: z.boolean().default(false) }),
  probe: () => ({}),
  plan: ({ from, to, explained }) => [
    {
      ...{ what: to, from: 'absent', to: 'moved' },
      steps: [
        run(sh`mv ${from} ${to}`, {
          environment: { WHO: 'rehearsal' },
          rehearse: sh`[ -e ${from} ] || { echo "$WHO: no ${from}"; exit 3; }`,
          ...(explained
            ? { explain: (output) => new PlaybookError('E_MOVE', lastLines(output).join()) }
            : {}),
        }),
      ],
    },
  ],
  verify: false,
})

const act = defineTask({
  name: 'act',
  summary: 'Does something, each time.',
  params: z.strictObject({ script: z.string() }),
  probe: () => ({}),
  plan: ({ script }) => [{ what: 'act', from: '-', to: 'done', steps: [run({ kind: 'command', script })] }],
  verify: false,
})

const path = (name: string) => join(folder.path, name)
const missing = { from: path('missing'), to: path('to') }

test('a step that is sure to fail fails in the dry run, as it explains its failures', async () => {
  const dry = await runTasks([move({ ...missing, explained: true })], { isCheck: true })
  assert.equal(dry.story, ['one: failed move'])
  assert.is(errorsOf(dry)[0]!.code, 'E_MOVE')
  assert.is(errorsOf(dry)[0]!.message, `rehearsal: no ${missing.from}`)
})

test('one that explains nothing is shown with the output of its rehearsal', async () => {
  const dry = await runTasks([move(missing)], { isCheck: true })
  assert.is(errorsOf(dry)[0]!.code, 'E_STEP')
  assert.equal(errorsOf(dry)[0]!.details, [`rehearsal: no ${missing.from}`])
})

test('one that may succeed after what is planned before it is unknown', async () => {
  const dry = await runTasks([act({ script: `touch ${missing.from}` }), move(missing)], { isCheck: true })
  assert.equal(dry.story, ['one: changed act', 'one: unknown move'])
})

test('one that would succeed would change, and nothing is touched', async () => {
  writeFileSync(path('there'), '')
  const dry = await runTasks([move({ from: path('there'), to: path('to') })], { isCheck: true })
  assert.equal(dry.story, ['one: changed move'])
  assert.ok(existsSync(path('there')) && !existsSync(path('to')))
})

const large = 'line\n'.repeat(40_000)
const contents: [title: string, content: () => { content: string | Buffer } | { src: string }][] = [
  ['a short text', () => ({ content: 'bad\n' })],
  ['a text that does not fit a script', () => ({ content: `${large}bad\n` })],
  ['bytes', () => ({ content: Buffer.from('\0bad\n') })],
  [
    'a file of the controller',
    () => {
      writeFileSync(path('source'), Buffer.from(`\0${large}bad\n`))
      return { src: path('source') }
    },
  ],
]
for (const [title, content] of contents) {
  test(`what validate would refuse is an error in a dry run: ${title}`, async () => {
    const leftover = () => readdirSync('/var/tmp').filter((name) => name.startsWith('.run-playbook-'))
    const before = leftover()
    const dest = path(`checked-${contents.findIndex(([each]) => each === title)}`)
    const dry = (validate: string) =>
      runTasks([copyFile({ dest, ...content(), mode: '0640', validate })], { isCheck: true })
    const refused = await dry('! grep -aq bad {}')
    assert.is(errorsOf(refused)[0]!.code, 'E_WRITE')
    assert.match(errorsOf(refused)[0]!.message, `rejects the new content of ${dest}`)
    const accepted = await dry(
      `grep -aq bad {} && [ "$(stat -c %a {})" = 640 ] && [ "$(basename {})" = ${basename(dest)} ]`,
    )
    assert.equal(accepted.story, [`one: changed copyFile ${dest}`])
    assert.not.ok(existsSync(dest))
    assert.equal(leftover(), before)
  })
}

test('a run does not rehearse', async () => {
  const { events } = await runTasks([move({ from: path('there'), to: path('to') })])
  assert.ok(existsSync(path('to')))
  const scripts = events.flatMap((event) => (event.kind === 'command' ? [event.script] : []))
  assert.not.ok(scripts.some((script) => script.includes('exit 3')))
})

test.after(() => folder.remove())

test.run()
