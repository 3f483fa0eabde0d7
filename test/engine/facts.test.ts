// Tests built-in facts: read on use, without a trip of their own where they are unchanged.

import { hostname } from 'node:os'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { typicalFacts } from '../../src/facts/typicalFacts.ts'
import { PlaybookError, UnreachableError } from '../../src/model/errors/error.ts'
import type { FactName, HostFacts } from '../../src/model/facts.ts'
import type { OtherHost, PlayHost } from '../../src/model/host.ts'
import { definePlay, type Play } from '../../src/model/play.ts'
import { stdout } from '../../src/model/probe.ts'
import { sh } from '../../src/model/shell/command.ts'
import { run } from '../../src/model/step.ts'
import { defineTask } from '../../src/model/task.ts'
import { createTransportResolver } from '../../src/transport/connect.ts'
import { content, inFolder, type Ran, type RunSettings, runPlays } from './harness.ts'

/** Reads something, and changes nothing. */
const look = defineTask({
  name: 'look',
  summary: 'Reads a word.',
  params: z.strictObject({ word: z.string() }),
  title: ({ word }) => word,
  probe: ({ word }) => ({ read: stdout(sh`echo ${word}`, { reads: [] }) }),
  plan: ({ word }, { read }) => (read === word ? [] : [{ what: 'word', from: read, to: word, steps: [] }]),
})

const anything = defineTask({
  name: 'anything',
  summary: 'May change anything.',
  params: z.strictObject({}),
  probe: () => ({}),
  plan: () => [{ what: 'something', from: '-', to: 'run', steps: [run(sh`:`)] }],
  verify: false,
})

/** A play whose tasks read words. */
function looking(words: (host: PlayHost) => readonly string[], name = 'looks'): Play {
  return definePlay({
    name,
    hosts: 'all',
    tasks: (host) => words(host as PlayHost).map((word) => look({ word })),
  })
}

/** A run that remembers facts from one call to the next. */
function remembering(): RunSettings & { readonly kept: Map<string, Partial<HostFacts>> } {
  const kept = new Map<string, Partial<HostFacts>>()
  return {
    kept,
    lastFacts: (host) => kept.get(host),
    keepFacts: ({ host }, facts) => kept.set(host.name, { ...kept.get(host.name), ...facts }),
  }
}

function tripsOf({ recap }: Ran, host = 'one'): number {
  return recap.hosts.find((each) => each.host === host)!.trips
}

/** The scripts that a host was sent. */
function scriptsOf({ events }: Ran, host = 'one'): string[] {
  return events.flatMap((event) => (event.kind === 'command' && event.host === host ? [event.script] : []))
}

test('a fact that tasks look at needs no declaration; the first time it takes a trip more', async () => {
  const ran = await runPlays([looking(({ os, hostname }) => [hostname, String(os.kernel.length > 3)])])
  assert.equal(ran.story, [`one: ok look ${hostname()}`, 'one: ok look true'])
  assert.is(tripsOf(ran), 2)
})

test('where facts are as they were last, they and the tasks take one trip together', async () => {
  const memory = remembering()
  const play = looking(({ os, hostname }) => [hostname, os.family, 'word'])
  await runPlays([play], memory)
  const again = await runPlays([play], memory)
  assert.is(again.story.length, 3)
  assert.is(tripsOf(again), 1)
})

test('where they are others now, the tasks are those of the facts as they are', async () => {
  const memory = remembering()
  memory.kept.set('one', { hostname: 'before', os: { ...typicalFacts.os, family: 'Suse' } })
  const play = looking(({ os, hostname }) => [
    hostname,
    'both',
    ...(os.family === 'Suse' ? ['suse'] : ['other']),
  ])
  const ran = await runPlays([play], memory)
  assert.equal(ran.story, [`one: ok look ${hostname()}`, 'one: ok look both', 'one: ok look other'])
  assert.is(tripsOf(ran), 2)
  assert.is(
    scriptsOf(ran).filter((script) => script === 'echo both').length,
    1,
    'what proves right is not read twice',
  )
  assert.is(tripsOf(await runPlays([play], memory)), 1)
})

test('last facts of another shape, or with which the tasks cannot be made, do no harm', async () => {
  const memory = remembering()
  const play = looking(({ os }) => [os.family.toLowerCase()])
  for (const os of [null, { family: 7 }, 'x']) {
    memory.kept.set('one', { os } as unknown as HostFacts)
    assert.match((await runPlays([play], memory)).story[0]!, /^one: ok look [a-z]+$/)
  }
})

test('only what is looked at is read', async () => {
  const ran = await runPlays([looking(({ cpus }) => [String(cpus)])])
  assert.equal(scriptsOf(ran).length, 2)
  assert.match(scriptsOf(ran)[0]!, /cpuinfo/)
})

test('facts of a play and built-in ones, looked at one after the other, are read in as few trips as there can be', async () => {
  const seen: string[] = []
  const play = definePlay({
    name: 'facts',
    hosts: 'all',
    facts: { word: stdout(sh`echo hello`), other: stdout(sh`exit 1`) },
    tasks: ({ os, facts, memory, mounts }) => {
      seen.push(`${facts.word} ${os.major > 0} ${memory.total > 0} ${mounts.length > 0}`)
      return []
    },
  })
  const ran = await runPlays([play])
  assert.is(seen.at(-1), 'hello true true true')
  assert.is(tripsOf(ran), 2, 'typical values tell what else will be looked at, but for what a play declares')
})

test('the facts of a later play come with the first trip', async () => {
  const memory = remembering()
  const plays = [looking(() => ['first']), looking(({ hostname }) => [hostname], 'later')]
  await runPlays(plays, memory)
  const again = await runPlays(plays, memory)
  assert.equal(again.story, ['one: ok look first', `one: ok look ${hostname()}`])
  assert.is(tripsOf(again), 1)
})

test('what changes in between is read again', () =>
  inFolder(async (path) => {
    const facts = { text: stdout(sh`cat ${path('x')} 2>/dev/null || echo none`) }
    const write = definePlay({
      name: '1',
      hosts: 'all',
      tasks: () => [content({ path: path('x'), text: 'new' })],
    })
    const read = definePlay({
      name: '2',
      hosts: 'all',
      facts,
      tasks: (host) => [look({ word: host.facts.text })],
    })
    assert.equal((await runPlays([write, read])).story, ['one: changed content x', 'one: ok look new'])
  }))

test('facts of other hosts are read as a host needs them, though they have no task', async () => {
  const memory = remembering()
  const play = definePlay({
    name: 'web',
    hosts: 'one',
    facts: { word: stdout(sh`echo fact`) },
    tasks: (host) =>
      host.hosts('all').map(({ name, cpus, facts }) => look({ word: `${name}-${cpus > 0}-${facts.word}` })),
  })
  const settings = { ...memory, hosts: ['one'], others: ['db-01', 'db-02'] }
  const ran = await runPlays([play], settings)
  assert.equal(ran.story, [
    'one: ok look one-true-fact',
    'one: ok look db-01-true-fact',
    'one: ok look db-02-true-fact',
  ])
  assert.equal([...memory.kept.keys()].sort(), ['db-01', 'db-02', 'one'])
})

test('a host that needs facts of one that cannot be reached fails, and names it; others go on', async () => {
  const transportFor = createTransportResolver()
  const play = definePlay({
    name: 'p',
    hosts: 'all',
    tasks: (host) => [look({ word: host.name === 'one' ? host.hosts('x').at(-1)!.hostname : 'alone' })],
  })
  let attempts = 0
  const { story, events, recap } = await runPlays([play], {
    hosts: ['one', 'two'],
    others: ['db-01'],
    connect: async (settings) => {
      if (settings.host !== 'db-01') return (await transportFor(settings)).connect(settings, {})
      attempts += 1
      throw new UnreachableError('E_UNREACHABLE', 'connection refused', 'connect')
    },
  })
  assert.equal([...story].sort(), ['one: failed facts', 'two: ok look alone'])
  const end = events.find((event) => event.kind === 'taskEnd' && event.host === 'one')
  assert.match((end as { result: { error: Error } }).result.error.message, /db-01.*connection refused/)
  assert.is(recap.hosts.find(({ host }) => host === 'one')!.counts.unreachable, 0)
  assert.is(attempts, 1)
})

test('facts of many hosts are read at once; a play may go on without those that cannot be read', async () => {
  const transportFor = createTransportResolver()
  let calls = 0
  const wordOf = ({ name, hostname }: OtherHost) => `${name}-${hostname.length > 0}`
  const attempted = (host: OtherHost) => {
    try {
      return wordOf(host)
    } catch (thrown) {
      if (!(thrown instanceof PlaybookError)) throw thrown
      return `${host.name}-none`
    }
  }
  const play = definePlay({
    name: 'p',
    hosts: 'all',
    tasks: (host) => {
      calls += 1
      return [look({ word: host.hosts('x').map(attempted).join() })]
    },
  })
  const others = Array.from({ length: 12 }, (_, index) => `n${index}`)
  const { story } = await runPlays([play], {
    others,
    connect: async (settings) => {
      if (settings.host === 'n7') throw new UnreachableError('E_UNREACHABLE', 'connection refused', 'connect')
      return (await transportFor(settings)).connect(settings, {})
    },
  })
  const words = ['one', ...others].map((name) => `${name}-${name === 'n7' ? 'none' : 'true'}`)
  assert.equal(story, [`one: ok look ${words.join()}`])
  assert.ok(calls <= 5, `${calls} calls`)
})

test('in check mode a fact is unknown where a planned change may touch it, and known where none can', () =>
  inFolder(async (path) => {
    const write = definePlay({
      name: '1',
      hosts: 'all',
      tasks: () => [content({ path: path('x'), text: 'x' })],
    })
    const os = looking(({ os }) => [String(os.major > 0)], '2')
    assert.equal((await runPlays([write, os], { isCheck: true })).story, [
      'one: changed content x',
      'one: ok look true',
    ])
    const change = definePlay({ name: '1', hosts: 'all', tasks: () => [anything({})] })
    const { story, events } = await runPlays([change, os], { isCheck: true })
    assert.equal(story, ['one: changed anything', 'one: unknown facts'])
    const end = events.findLast((event) => event.kind === 'taskEnd')
    assert.is((end as { result: { reason: string } }).result.reason, 'depends on anything')
    const cpus = looking((host) => [String(host.cpus > 0)], '2')
    assert.equal((await runPlays([change, cpus], { isCheck: true })).story.at(-1), 'one: ok look true')
    const declared = definePlay({
      ...{ name: '2', hosts: 'all', facts: { now: stdout(sh`echo now`) } },
      tasks: ({ facts }) => [look({ word: facts.now })],
    })
    assert.equal((await runPlays([change, declared], { isCheck: true })).story.at(-1), 'one: unknown facts')
  }))

test('to copy or to print a host reads no facts', async () => {
  const ran = await runPlays([looking((host) => [JSON.stringify({ ...host }).slice(0, 9)])])
  assert.is(tripsOf(ran), 1)
})

const names: readonly FactName[] = [
  'os',
  'cpus',
  'memory',
  'mounts',
  'interfaces',
  'defaultIpv4',
  'date',
  'selinux',
  'user',
]
test('all of them in one trip', async () => {
  const ran = await runPlays([
    definePlay({
      name: 'all',
      hosts: 'all',
      tasks: (host) => names.flatMap((name) => (host[name] === null ? [] : [])),
    }),
  ])
  assert.is(tripsOf(ran), 1)
  assert.equal(ran.recap.hosts[0]!.counts.failed, 0)
})

test.run()
