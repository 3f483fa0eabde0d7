// Tests what the journal knows of how long a run will take.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { openJournal } from '../../src/journal/journal.ts'
import { lastTimes } from '../../src/journal/lastTimes.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import { testFolder } from '../testFolder.ts'

const folder = testFolder('times')

const flags = { limit: 'web' }
const playbooks = ['site.ts']

type Run = {
  readonly isCheck?: boolean
  readonly limit?: string
  readonly isWhole?: boolean
  readonly ms: number
}

let minute = 0
async function record({ isCheck = false, limit = 'web', isWhole = true, ms }: Run): Promise<void> {
  minute += 1
  const time = () => new Date(Date.UTC(2026, 2, 14, 9, minute))
  const journal = await openJournal(folder, { time })
  const task = (title: string, durationMs: number): RunEvent => ({
    ...{ kind: 'taskEnd', play: 'Web', host: 'web-01', index: 0 },
    task: { name: 'x', title, isHandler: false },
    result: { status: 'changed', changes: [], durationMs },
  })
  const events: RunEvent[] = [
    { kind: 'runStart', playbooks, isCheck, resumable: { flags: { limit }, unkeptVars: [] } },
    task('slow', ms),
    task('slow', ms / 2),
    task('quick', 20),
    { kind: 'playEnd', play: 'Web', hosts: [], durationMs: ms + 500, isCheck },
    { kind: 'runEnd', recap: { hosts: [], durationMs: ms, isCheck, isInterrupted: false } },
  ]
  for (const event of isWhole ? events : events.slice(0, 3)) journal.handle(event)
  await journal.close()
}

const found = async () => {
  const times = await lastTimes(folder, { playbooks, resumable: { flags, unkeptVars: [] } })
  return times && [[...times.plays], [...times.tasks]]
}

test('The last whole run of the same playbooks and hosts counts, dry runs do not', async () => {
  assert.is(await found(), undefined)
  await record({ ms: 4000 })
  await record({ ms: 5000 })
  await record({ ms: 6000, isCheck: true })
  await record({ ms: 7000, limit: 'db' })
  await record({ ms: 8000, isWhole: false })
  assert.equal(await found(), [[['Web', 5500]], [['slow', 5000]]])
})

test.run()
