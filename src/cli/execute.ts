// Runs plays as the flags say: the inventory bound to them, the reporter, the journal, the signals.

import { homedir } from 'node:os'
import { join } from 'node:path'
import { type BoundPlay, planPlays } from '../engine/plan.ts'
import { exitCode, run } from '../engine/run.ts'
import { checkVars } from '../inventory/checkVars.ts'
import {
  becomesByDefault,
  type ConnectionFlags,
  connectionSettings,
} from '../inventory/connectionSettings.ts'
import { type Inventory, loadInventory } from '../inventory/inventory.ts'
import { shellSplit } from '../inventory/shellSplit.ts'
import { openJournal } from '../journal/journal.ts'
import { Faults, PlaybookError } from '../model/error.ts'
import type { Play } from '../model/play.ts'
import { createReporter } from '../report/reporter.ts'
import { transports } from '../transport/connect.ts'
import { createFetcher } from '../transport/fetch.ts'
import type { RunFlags } from './flags.ts'
import { listPlan } from './listPlan.ts'
import { loadModule } from './loadModule.ts'
import { askSecret } from './prompt.ts'
import { vaultPasswords } from './vaultPasswords.ts'

export type Execution = {
  readonly plays: readonly Play[]
  /** As they were named: for reports. */
  readonly playbooks: readonly string[]
}

/** The inventory that the flags name. @throws PlaybookError E_NO_INVENTORY, Faults */
export async function inventoryOf(flags: RunFlags, playbookDir?: string): Promise<Inventory> {
  if (flags.inventory.length === 0) {
    throw new PlaybookError('E_NO_INVENTORY', 'No inventory is named.', {
      hint: 'Name one: -i inventory.yaml',
    })
  }
  return loadInventory(flags.inventory, {
    ...(playbookDir ? { playbookDir } : {}),
    extraVars: flags.extraVars,
    loadModule: async (path) => (await loadModule(path)).default,
    vaultPasswords: await vaultPasswords(flags.vaultPasswordFile),
  })
}

/** Runs the plays on the hosts of the inventory and gives the exit code. */
export async function execute(
  { plays, playbooks }: Execution,
  flags: RunFlags,
  inventory: Inventory,
): Promise<number> {
  const connectionFlags = await connectionFlagsOf(flags)
  const isCheck = flags.check === true
  const plans = await planPlays(bindPlays(plays, inventory, flags), {
    site: { select: (pattern) => inventory.select(pattern) },
    settingsOf: (host) => connectionSettings(host, connectionFlags),
    becomesByDefault,
    tags: { only: flags.tags, skip: flags.skipTags },
  })
  if (flags.syntaxCheck) return 0
  if (flags.listHosts || flags.listTasks || flags.listTags) return listPlan(plans, flags)
  const reporter = await createReporter({
    output: reporterOutput(flags.output),
    verbosity: flags.verbose,
    isDiffShown: flags.diff === true,
  })
  const journal = await openJournal(join(process.cwd(), '.run-playbook'))
  const { signal, release } = stopSignal()
  const transportFor = transports()
  for (const { message, where } of inventory.warnings)
    reporter.handle({ kind: 'warning', message, ...(where ? { where } : {}) })
  try {
    const recap = await run({
      plays: plans,
      playbooks,
      isCheck,
      signal,
      forks: flags.forks ?? 100,
      isTalkative: flags.verbose >= 2,
      connect: async (settings, options) => (await transportFor(settings)).connect(settings, options),
      fetch: createFetcher(join(cacheFolder(), 'downloads'), signal),
      listener: (event) => {
        journal.handle(event)
        reporter.handle(event)
      },
    })
    return exitCode(recap)
  } finally {
    release()
    await reporter.close()
    await journal.close()
  }
}

/** Each play with its hosts, their variables checked: everything wrong at once. */
function bindPlays(plays: readonly Play[], inventory: Inventory, { limit, become }: RunFlags): BoundPlay[] {
  if (limit !== undefined)
    inventory.checkLimit(
      plays.map(({ spec }) => spec.hosts),
      limit,
    )
  const faults: PlaybookError[] = []
  const bound = plays.map((play): BoundPlay => {
    const hosts = inventory.select(play.spec.hosts, limit)
    const own = become === true ? { ...play, spec: { ...play.spec, become: play.spec.become ?? true } } : play
    try {
      return { play: own, hosts, vars: varsOf(play, hosts) }
    } catch (thrown) {
      if (!(thrown instanceof Faults)) throw thrown
      faults.push(...thrown.faults)
      return { play: own, hosts, vars: new Map() }
    }
  })
  if (faults.length > 0) throw new Faults(faults)
  return bound
}

function varsOf({ spec, where }: Play, hosts: ReturnType<Inventory['select']>): ReadonlyMap<string, unknown> {
  const checked = checkVars(spec.vars, hosts, { name: spec.name, where: where() })
  return new Map([...checked].map(([host, vars]) => [host.name, vars]))
}

async function connectionFlagsOf(flags: RunFlags): Promise<ConnectionFlags> {
  const { user, privateKey, sshCommonArgs, connection, timeout, becomeUser } = flags
  return {
    ...(user === undefined ? {} : { user }),
    ...(privateKey === undefined ? {} : { privateKeyFile: privateKey }),
    ...(sshCommonArgs === undefined ? {} : { sshArgs: shellSplit(sshCommonArgs) }),
    ...(connection === undefined ? {} : { connection }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(becomeUser === undefined ? {} : { becomeUser }),
    ...(flags.askPass ? { password: await askSecret('SSH password') } : {}),
    ...(flags.askBecomePass ? { becomePassword: await askSecret("sudo's password") } : {}),
  }
}

function reporterOutput(text: string): 'auto' | 'board' | 'lines' | 'jsonl' {
  const known = ['auto', 'board', 'lines', 'jsonl'] as const
  const found = known.find((each) => each === text)
  if (found) return found
  throw new PlaybookError('E_USAGE', `--output ${text}: no such format.`, {
    hint: `There are: ${known.join(', ')}.`,
  })
}

/** The first Ctrl-C ends the run in order; the second one at once. */
function stopSignal(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    },
  }
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'run-playbook')
}
