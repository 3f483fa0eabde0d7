// Batches: in which order hosts change, and which never start after failures.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, type PlaySpec } from '../../../src/model/play.ts'
import { sh } from '../../../src/model/shell/command.ts'
import { run } from '../../../src/model/step.ts'
import { defineTask } from '../../../src/model/task.ts'
import { runPlays, temporaryFolder } from '../harness.ts'

/** Writes down that it began, when all of its batch have, and that it ended; fails on the hosts that it is given. */
const visit = defineTask({
  name: 'visit',
  summary: 'Writes down a name.',
  params: z.strictObject({ log: z.string(), host: z.string(), failing: z.string(), batch: z.string() }),
  probe: () => ({}),
  plan: ({ log, host, failing, batch }) => [
    {
      what: host,
      from: '-',
      to: 'visited',
      steps: [
        run(sh`echo ${host} >> ${log}
for i in $(seq 60); do [ "$(grep -c ${`^[${batch}]$`} ${log})" -ge ${batch.length} ] && break; sleep 0.05; done
case ${failing} in *${host}*) exit 1 ;; esac
echo ${host.toUpperCase()} >> ${log}`),
      ],
    },
  ],
  verify: false,
})

type Keywords = Pick<PlaySpec<never, never>, 'serial' | 'order' | 'maxFailPercentage' | 'anyErrorsFatal'>
type Row = { title: string; play: Keywords; failing: string; hosts: string; batches: string[] }

const rows: Row[] = [
  {
    title: 'a list of sizes: each for a batch, the last for all that are left',
    play: { serial: [1, 2] },
    failing: '',
    hosts: 'abcde',
    batches: ['a', 'bc', 'de'],
  },
  {
    title: 'percentages in a list are of all hosts of the play',
    play: { serial: ['20%', '60%'] },
    failing: '',
    hosts: 'abcde',
    batches: ['a', 'bcd', 'e'],
  },
  {
    title: 'order says which hosts come first',
    play: { serial: 2, order: 'reverse_inventory' },
    failing: '',
    hosts: 'abc',
    batches: ['bc', 'a'],
  },
  {
    title: 'as many failures in a batch as allowed: the next batch comes',
    play: { serial: [1, 2], maxFailPercentage: 50 },
    failing: 'b',
    hosts: 'abcd',
    batches: ['a', 'bc', 'd'],
  },
  {
    title: 'more failures in a batch than allowed: the next does not come',
    play: { serial: [1, 2], maxFailPercentage: 49 },
    failing: 'b',
    hosts: 'abcd',
    batches: ['a', 'bc'],
  },
  {
    title: 'the share counts for each batch, not for the play',
    play: { serial: [2, 4], maxFailPercentage: 30 },
    failing: 'c',
    hosts: 'abcdefg',
    batches: ['ab', 'cdef', 'g'],
  },
  {
    title: 'any error is fatal: its batch ends its task, the next does not come',
    play: { serial: 2, anyErrorsFatal: true },
    failing: 'a',
    hosts: 'abcd',
    batches: ['ab'],
  },
]

for (const { title, play, failing, hosts, batches } of rows) {
  test(title, async () => {
    const folder = temporaryFolder()
    const log = join(folder.path, 'log')
    const spec = definePlay({
      ...(play as object),
      name: 'p',
      hosts: 'all',
      tasks: ({ name: host }) => [
        visit({ log, host, failing, batch: batches.find((each) => each.includes(host)) ?? host }),
      ],
    })
    await runPlays([spec], { hosts: [...hosts] })
    const names = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []
    folder.remove()
    assert.equal(batchesSeen(names), batches)
  })
}

/** A new batch begins with the first host that began after another had ended. */
function batchesSeen(names: readonly string[]): string[] {
  const batches: string[] = []
  let hasEnded = true
  for (const name of names) {
    const isBeginning = name === name.toLowerCase()
    if (isBeginning && hasEnded) batches.push('')
    if (isBeginning) batches.push(batches.pop()! + name)
    hasEnded = !isBeginning
  }
  return batches.map((batch) => [...batch].sort().join(''))
}

test.run()
