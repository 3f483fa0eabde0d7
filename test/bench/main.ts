// The benchmark: ratios measured in one run, against their targets. `npm run bench -- cli scale fleet was cold`.

import { benchCli } from './cli.ts'
import { type Figure, summary } from './figure.ts'
import { benchFleet } from './fleet.ts'
import { benchPair } from './pair.ts'
import { benchScale } from './scale.ts'
import { type Stand, standMissing, startStand } from './stand.ts'

type Say = (line: string) => void

type Part = {
  /** What its figures mean. */
  readonly about: string
  readonly measure: (say: Say) => Promise<Figure[]>
}

const parts: { readonly [name: string]: Part } = {
  cli: {
    about: 'Starting: processes that do nothing, timed from start to end.',
    measure: benchCli,
  },
  scale: {
    about:
      'One host, 60, 600 and 6,000 small files that are as they should be. Growth is per tenfold of tasks.',
    measure: (say) => onStand((stand) => benchScale(stand, say)),
  },
  fleet: {
    about:
      '50 and 200 hosts (one sshd standing for all), 20 small files each, against xargs -P 20 ssh HOST true.',
    measure: (say) => onStand((stand) => benchFleet(stand, say)),
  },
  pair: {
    about: 'Two hosts, 60 small files each, the whole command against ssh HOST true on both at once.',
    measure: (say) => onStand((stand) => benchPair(stand, say)),
  },
}

const say: Say = (line) => process.stdout.write(`${line}\n`)

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const wrong = args.filter((name) => !(name in parts))
  if (wrong.length > 0) {
    say(`No part "${wrong[0]}". There are: ${Object.keys(parts).join(', ')}.`)
    return 1
  }
  const figures: Figure[] = []
  for (const name of args.length > 0 ? args : Object.keys(parts)) {
    const { about, measure } = parts[name]!
    say(`${name}: ${about}`)
    figures.push(...(await measure((line) => say(`  ${line}`))))
    say('')
  }
  for (const line of summary(figures)) say(line)
  return 0
}

async function onStand(measure: (stand: Stand) => Promise<Figure[]>): Promise<Figure[]> {
  const missing = standMissing()
  if (missing) {
    say(`  Not measured: ${missing}.`)
    return []
  }
  const stand = await startStand()
  try {
    return await measure(stand)
  } finally {
    await stand.stop()
  }
}
