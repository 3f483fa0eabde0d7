// Tests shared artifacts: made once, kept and waited for; and downloads from a host.

import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { createArtifacts } from '../../../src/engine/apply/artifacts.ts'
import { sh } from '../../../src/model/shell/command.ts'
import { call, run, type StepConnection, upload } from '../../../src/model/step.ts'
import { defineTask } from '../../../src/model/task.ts'
import { type Ran, runTasks, temporaryFolder } from '../harness.ts'

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = temporaryFolder()
  try {
    await body(folder.path)
  } finally {
    folder.remove()
  }
}

const alone = { host: 'one', onWait: () => {} }

test('an artifact is made once, and taken from the folder by later runs', () =>
  inFolder(async (folder) => {
    let made = 0
    const make = async (path: string) => {
      made += 1
      writeFileSync(path, 'built')
    }
    const first = await createArtifacts(folder).get('app-1', alone, make)
    const later = await createArtifacts(folder).get('app-1', alone, make)
    assert.equal([first.isOwn, later.isOwn, made], [true, false, 1])
    assert.is(readFileSync(later.path, 'utf8'), 'built')
    assert.equal(readdirSync(folder).sort(), ['app-1.tar.gz', 'app-1.tar.gz.sha256'])
  }))

const damages: [title: string, damage: (path: string) => void][] = [
  ['whose bytes changed', (path) => writeFileSync(path, 'other')],
  ['without its digest', (path) => writeFileSync(`${path}.sha256`, '')],
]
for (const [title, damage] of damages) {
  test(`an artifact ${title} is made again`, () =>
    inFolder(async (folder) => {
      const artifacts = createArtifacts(folder)
      const make = async (path: string) => writeFileSync(path, 'built')
      const { path } = await artifacts.get('app-1', alone, make)
      damage(path)
      assert.ok((await artifacts.get('app-1', alone, make)).isOwn)
      assert.is(readFileSync(path, 'utf8'), 'built')
    }))
}

test('hosts that want what another is making wait for it, and hear for whom', () =>
  inFolder(async (folder) => {
    const artifacts = createArtifacts(folder)
    const waits: string[] = []
    let made = 0
    const ends = await Promise.all(
      ['one', 'two', 'three'].map((host) =>
        artifacts.get('k', { host, onWait: (maker) => waits.push(`${host} for ${maker}`) }, async (path) => {
          made += 1
          await new Promise((resolve) => setTimeout(resolve, 30))
          writeFileSync(path, 'x')
        }),
      ),
    )
    assert.is(made, 1)
    assert.is(ends.filter(({ isOwn }) => isOwn).length, 1)
    assert.equal(new Set(waits.map((wait) => wait.replace(/^\w+ /, ''))).size, 1)
    assert.is(waits.length, 2)
  }))

test('where the maker fails its error is its own, and the next host makes it', () =>
  inFolder(async (folder) => {
    const artifacts = createArtifacts(folder)
    const makers: string[] = []
    const ends = await Promise.allSettled(
      ['one', 'two', 'three'].map((host) =>
        artifacts.get('k', { ...alone, host }, async (path) => {
          makers.push(host)
          await new Promise((resolve) => setTimeout(resolve, 5))
          writeFileSync(path, 'half')
          if (makers.length === 1) throw new Error('no compiler')
        }),
      ),
    )
    assert.is(makers.length, 2)
    const failed = ends.filter(({ status }) => status === 'rejected')
    assert.is(failed.length, 1)
    assert.equal(readdirSync(folder).sort(), ['k.tar.gz', 'k.tar.gz.sha256'])
  }))

test('an artifact that nobody took for three months goes when another is made', () =>
  inFolder(async (folder) => {
    const artifacts = createArtifacts(folder)
    const make = async (path: string) => writeFileSync(path, 'x')
    for (const key of ['old', 'used']) await artifacts.get(key, alone, make)
    const longAgo = new Date(Date.now() - 100 * 86_400_000)
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), longAgo, longAgo)
    await artifacts.get('used', alone, make)
    await artifacts.get('new', alone, make)
    assert.equal(readdirSync(folder).sort(), ['new', 'used'].flatMap(files))
  }))

function files(key: string): string[] {
  return [`${key}.tar.gz`, `${key}.tar.gz.sha256`]
}

const calling = defineTask({
  name: 'calling',
  summary: 'Runs code on a connection.',
  params: z.strictObject({ code: z.custom<(connection: StepConnection) => Promise<void>>() }),
  probe: () => ({}),
  plan: ({ code }) => [{ what: 'code', from: '-', to: 'run', steps: [call('code', code)] }],
  verify: false,
})

function failureOf({ events }: Ran): { code: string; message: string } | undefined {
  return events.flatMap((event) =>
    event.kind === 'taskEnd' && event.result.error ? [event.result.error] : [],
  )[0]
}

test('code of a step makes what is shared, fetches it from its host, and brings it to the others', () =>
  inFolder(async (folder) => {
    const code = async (connection: StepConnection) => {
      const own = join(folder, connection.host)
      const { path, isOwn } = await connection.artifact('app-1', async (to) => {
        await connection.carryOut(run(sh`printf 'built on %s' ${connection.host} >${own}`))
        await connection.download(own, to)
      })
      if (!isOwn) await connection.carryOut(upload({ source: { kind: 'local', path }, path: own }))
    }
    const artifacts = createArtifacts(join(folder, 'cache'))
    const { recap } = await runTasks([calling({ code })], { hosts: ['a', 'b'], artifacts })
    assert.equal(
      recap.hosts.map(({ counts }) => counts.changed),
      [1, 1],
    )
    const texts = ['a', 'b'].map((host) => readFileSync(join(folder, host), 'utf8'))
    assert.is(texts[0], texts[1])
    assert.match(texts[0]!, /^built on [ab]$/)
  }))

test('steps carried out by code are reported while they run, and fail as they would by themselves', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'after')
    const code = ({ carryOut }: StepConnection) =>
      carryOut(run(sh`echo compiling; sleep 1.2; echo linking; exit 3`), run(sh`touch ${path}`))
    const ran = await runTasks([calling({ code })])
    assert.is(failureOf(ran)?.code, 'E_STEP')
    assert.match(failureOf(ran)!.message, /^Exit code 3: echo compiling/)
    assert.not(existsSync(path))
    const lines = ran.events.flatMap((event) => (event.kind === 'output' ? [event.line] : []))
    assert.equal(lines, ['compiling', 'linking'])
  }))

test("the task's timeout ends a step that code carries out", async () => {
  const code = ({ carryOut }: StepConnection) => carryOut(run(sh`sleep 30`))
  const ran = await runTasks([calling({ code }, { timeout: 0.3 })])
  assert.is(failureOf(ran)?.code, 'E_TIMEOUT')
})

test('a file brought from a host arrives whole, and for its owner alone', () =>
  inFolder(async (folder) => {
    const bytes = Buffer.alloc(3_000_000, 'abc\0')
    writeFileSync(join(folder, "it's"), bytes)
    const code = ({ download }: StepConnection) => download(join(folder, "it's"), join(folder, 'here'))
    const ran = await runTasks([calling({ code })])
    assert.is(failureOf(ran), undefined)
    assert.ok(readFileSync(join(folder, 'here')).equals(bytes))
    assert.is(statSync(join(folder, 'here')).mode & 0o777, 0o600)
  }))

const failures: [title: string, from: string, to: string, message: RegExp][] = [
  ['that is not there', 'nothing', 'here', /Could not read .*nothing on .*localhost: No such file/i],
  ['that shall go into no folder', 'there', 'no/here', /Could not save .* as .*no\/here: ENOENT/],
]
for (const [title, from, to, message] of failures) {
  test(`a file ${title} is an error that says so, and leaves nothing`, () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'there'), 'x')
      const code = ({ download }: StepConnection) => download(join(folder, from), join(folder, to))
      const error = failureOf(await runTasks([calling({ code })]))
      assert.is(error?.code, 'E_DOWNLOAD_FILE')
      assert.match(error!.message, message)
      assert.equal(readdirSync(folder), ['there'])
    }))
}

test.run()
