// Measures the CPU time of editing an httpd.conf of 10,000 lines.

import { httpdConfEdits } from '../../playbooks/roles/httpdConf.ts'
import { editHttpd } from '../../src/formats/httpd.ts'
import { largeHttpdConf } from '../formats/httpd/fixtures.ts'
import { type Figure, ms } from './figure.ts'
import { median } from './measure.ts'

const limitMs = 50

/** The first time is shown as well: a run edits a file once. */
export async function benchHttpdConf(log: (line: string) => void): Promise<Figure[]> {
  const text = largeHttpdConf()
  const bytes = Buffer.from(text)
  const edits = httpdConfEdits({ account: 'ecsuser' })
  const times = Array.from({ length: 9 }, () => cpuMsOf(() => editHttpd(bytes, edits)))
  const middle = median(times)
  log(`${text.split('\n').length} lines, ${edits.length} edits: first ${ms(times[0]!)}, median ${ms(middle)}`)
  return [
    {
      what: 'httpd.conf of 10,000 lines, CPU',
      value: ms(middle),
      target: `under ${limitMs} ms`,
      isMet: middle < limitMs,
    },
  ]
}

function cpuMsOf(work: () => unknown): number {
  const startedAt = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(startedAt)
  return (user + system) / 1000
}
