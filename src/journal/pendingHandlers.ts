// Stores pending handlers from run to run in handlers.json.

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../files/replaceFile.ts'
import type { PendingHandlers } from '../model/run/pendingHandlers.ts'

type Record = { [play: string]: { [host: string]: string[] } }

/**
 * The pending handlers in `<directory>/handlers.json`. Each change is written at once and atomically, so that they
 * survive a run that is killed. If the folder cannot be written, they last as long as the run.
 *
 * @param directory usually `.run-playbook` in the working directory
 */
export function openPendingHandlers(directory: string): PendingHandlers {
  const file = join(directory, 'handlers.json')
  const record = readRecord(file)
  const titlesOf = (play: string, host: string) => record[play]?.[host] ?? []
  const store = (play: string, host: string, titles: string[]) => {
    record[play] = { ...record[play], [host]: titles }
    write(directory, file, withoutEmpty(record))
  }
  return {
    of: titlesOf,
    add: (play, host, title) => {
      const titles = titlesOf(play, host)
      if (!titles.includes(title)) store(play, host, [...titles, title])
    },
    settle: (play, host, title) => {
      const titles = titlesOf(play, host)
      if (titles.includes(title))
        store(
          play,
          host,
          titles.filter((each) => each !== title),
        )
    },
  }
}

function readRecord(file: string): Record {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record
  } catch {
    return {}
  }
}

function write(directory: string, file: string, record: Record): void {
  try {
    if (Object.keys(record).length === 0) {
      rmSync(file, { force: true })
      return
    }
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    // Must survive a killed process, not a power failure: hosts notify handlers often.
    replaceFile(file, `${JSON.stringify(record, undefined, 2)}\n`, { isDurable: false })
  } catch {
    // The journal has reported already that the folder cannot be written.
  }
}

function withoutEmpty(record: Record): Record {
  const plays = Object.entries(record).map(
    ([play, hosts]) =>
      [play, Object.fromEntries(Object.entries(hosts).filter(([, titles]) => titles.length > 0))] as const,
  )
  return Object.fromEntries(plays.filter(([, hosts]) => Object.keys(hosts).length > 0))
}
