// Reads facts of hosts, and prints them as a table or as JSON.

import { type PlaybookError, UnreachableError } from '../../model/errors/error.ts'
import type { HostFacts } from '../../model/facts.ts'
import { definePlay } from '../../model/play.ts'
import { expandLimit } from '../../run/begin/expandLimit.ts'
import { planRun } from '../../run/planRun.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { readConnectionFlags } from '../run/connectionFlags.ts'
import { readListed } from '../run/readListed.ts'
import { type NamedFact, namedFacts } from './factNames.ts'
import { factTable, type HostAnswers } from './factTable.ts'

export type FactsFlags = RunFlags & { readonly json?: boolean }

/** Prints the facts of these names and returns the exit code. @throws PlaybookError E_UNKNOWN_FACT, AggregatePlaybookError */
export async function showFacts(names: readonly string[], given: FactsFlags): Promise<number> {
  const facts = namedFacts(names)
  const flags = { ...given, limit: await expandLimit(given.limit, [], stateFolder()), tags: [], skipTags: [] }
  const inventory = await inventoryFromFlags(flags)
  const answers = new Map<string, HostAnswers['facts']>()
  const play = definePlay({
    name: 'facts',
    hosts: flags.limit ?? 'all',
    tasks: (host) => {
      answers.set(host.name, answersOf(host, facts))
      return []
    },
  })
  const plays = [{ ...play, where: () => undefined }]
  const planned = await planRun({ plays, inventory, connection: await readConnectionFlags(flags) }, flags)
  const hosts = planned.plays.flatMap((each) => each.hosts)
  const read = await readListed(planned.plays, flags)
  const failed = hosts.flatMap((plan): Failure[] => {
    const tasks = read.get(plan)
    return tasks && 'error' in tasks ? [{ host: plan.host.name, error: tasks.error }] : []
  })
  const answered = hosts
    .map(({ host }) => host.name)
    .filter((name) => failed.every(({ host }) => host !== name))
  const all = answered.map((host) => ({ host, facts: answers.get(host)! }))
  process.stdout.write(flags.json ? factsJson(all, failed) : factTable(all))
  for (const failure of failed) process.stderr.write(errorText(failure))
  const isAny = (isUnreachable: boolean) =>
    failed.some(({ error }) => error instanceof UnreachableError === isUnreachable)
  return (isAny(false) ? 2 : 0) + (isAny(true) ? 4 : 0)
}

type Failure = { readonly host: string; readonly error: PlaybookError }

function answersOf(host: HostFacts, facts: readonly NamedFact[]): HostAnswers['facts'] {
  return Object.fromEntries(facts.map(({ name, of }) => [name, of(host)]))
}

/** Facts without a value are null. */
function factsJson(answers: readonly HostAnswers[], failed: readonly Failure[]): string {
  const hosts = Object.fromEntries(answers.map(({ host, facts }) => [host, facts]))
  const errors = Object.fromEntries(
    failed.map(({ host, error: { code, message } }) => [host, { code, message }]),
  )
  const all = failed.length > 0 ? { hosts, errors } : { hosts }
  return `${JSON.stringify(all, (_, value) => value ?? null, 2)}\n`
}

function errorText({ host, error: { code, message, hint } }: Failure): string {
  return `${host}: ${message}  ${code}\n${hint === undefined ? '' : `    ${hint}\n`}`
}
