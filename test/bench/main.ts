// Benchmark: measures ratios in one run and compares them with targets.

import { parseArgs } from 'node:util'
import { defaultName } from '../../lab/instance/topology.ts'
import { benchBuild } from './build.ts'
import { benchCli } from './cli.ts'
import { benchCold } from './cold.ts'
import { type Figure, summary } from './figure.ts'
import { benchFleet } from './fleet.ts'
import { benchHttpdConf } from './httpdConf.ts'
import { isStopped, stopMeasuring } from './measure.ts'
import { benchPair } from './pair.ts'
import { benchScale } from './scale.ts'
import { benchSite } from './site.ts'
import { type Stand, standMissing, startStand } from './stand.ts'
import { benchTasks } from './tasks.ts'
import { benchWas } from './was.ts'

type Log = (line: string) => void

type Part = {
  /** What its figures mean. */
  readonly about: string
  readonly measure: (log: Log) => Promise<Figure[]>
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Take cold runs on fresh hosts of their own. */
    cold: { type: 'boolean', default: false },
    /** The lab that has the site. */
    lab: { type: 'string', default: defaultName },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const parts: { readonly [name: string]: Part } = {
  cli: {
    about: 'Starting: processes that do nothing, timed from start to end.',
    measure: benchCli,
  },
  conf: {
    about: 'All edits of the site, made to an httpd.conf of 10,000 lines.',
    measure: benchHttpdConf,
  },
  scale: {
    about:
      'One host, 60, 600 and 6,000 small files that are as they should be. Growth is per tenfold of tasks.',
    measure: (log) => onStand((stand) => benchScale(stand, log)),
  },
  fleet: {
    about:
      '50 and 200 hosts (one sshd standing for all), 20 small files each, against xargs -P 20 ssh HOST true.',
    measure: (log) => onStand((stand) => benchFleet(stand, log)),
  },
  pair: {
    about: 'Two hosts, 60 small files each, the whole command against ssh HOST true on both at once.',
    measure: (log) => onStand((stand) => benchPair(stand, log)),
  },
  was: {
    about:
      'The WAS role, deployed already, on the two hosts of the lab, against ssh HOST true on both at once.',
    measure: (log) => benchWas(options.lab, log),
  },
  site: {
    about:
      'The whole site, deployed already, on the four hosts of the lab, against ssh HOST true on all at once.',
    measure: (log) => benchSite(options.lab, log),
  },
  tasks: {
    about: 'Each task of the library once, on hosts of its own where it has nothing to do, with the login.',
    measure: benchTasks,
  },
  cold: {
    about:
      'The WAS role on empty hosts: from the last such run here, or with --cold on fresh hosts of its own.',
    measure: (log) => benchCold({ isFresh: options.cold }, log),
  },
  build: {
    about:
      'httpd on two empty WEB hosts: from the last such run here, or with --cold on fresh hosts of its own.',
    measure: (log) => benchBuild({ isFresh: options.cold }, log),
  },
}

const log: Log = (line) => process.stdout.write(`${line}\n`)

// What was set up for the measured commands is taken down as after any failure.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stopMeasuring)
process.exitCode = options.help ? help() : await main(positionals)

function help(): number {
  log('Usage: npm run bench -- [--cold] [--lab name] [part...]\n')
  for (const [name, { about }] of Object.entries(parts)) log(`  ${name.padEnd(6)} ${about}`)
  return 0
}

/** 0 also where targets are missed: the summary shows them. 1 where a part failed. */
async function main(names: readonly string[]): Promise<number> {
  const wrong = names.find((name) => !(name in parts))
  if (wrong !== undefined) {
    log(`No part "${wrong}". There are: ${Object.keys(parts).join(', ')}.`)
    return 1
  }
  const figures: Figure[] = []
  const broken: string[] = []
  for (const name of names.length > 0 ? names : Object.keys(parts)) {
    const { about, measure } = parts[name]!
    log(`${name}: ${about}`)
    try {
      figures.push(...(await measure((line) => log(`  ${line}`))))
    } catch (thrown) {
      broken.push(name)
      log(`  ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
    log('')
    if (isStopped()) return 130
  }
  for (const line of summary(figures)) log(line)
  if (broken.length > 0) log(`Failed: ${broken.join(', ')}.`)
  return broken.length > 0 ? 1 : 0
}

async function onStand(measure: (stand: Stand) => Promise<Figure[]>): Promise<Figure[]> {
  const missing = standMissing()
  if (missing) {
    log(`  Not measured: ${missing}.`)
    return []
  }
  const stand = await startStand()
  try {
    return await measure(stand)
  } finally {
    await stand.stop()
  }
}
