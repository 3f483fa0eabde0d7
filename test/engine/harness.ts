// Runs tasks through the real engine on this machine, and collects what happened.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Artifacts, createArtifacts } from '../../src/engine/apply/artifacts.ts'
import { planPlays } from '../../src/engine/plan/planPlays.ts'
import { runPlays as runPlannedPlays } from '../../src/engine/run.ts'
import type { RunOptions } from '../../src/engine/runState.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import type { HostFacts } from '../../src/model/facts.ts'
import { fileChanges } from '../../src/model/fileChange.ts'
import type { ConnectionSettings, InventoryHost } from '../../src/model/host.ts'
import { definePlay, type Play } from '../../src/model/play.ts'
import { file } from '../../src/model/probe.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import type { RunRecap } from '../../src/model/run/outcome.ts'
import type { PendingHandlers } from '../../src/model/run/pendingHandlers.ts'
import { defineTask, type TaskList } from '../../src/model/task.ts'
import { createTransportResolver } from '../../src/transport/connect.ts'
import type { Connection } from '../../src/transport/program/transport.ts'

export const content = defineTask({
  name: 'content',
  summary: 'Gives a file its content.',
  params: z.strictObject({ path: z.string(), text: z.string() }),
  title: ({ path }) => path.split('/').at(-1)!,
  probe: ({ path }) => ({ state: file(path, { content: true }) }),
  plan: ({ path, text }, { state }) => fileChanges(state, { path, content: text }),
})

export type Ran = {
  readonly recap: RunRecap
  readonly events: readonly RunEvent[]
  /** `ok`, `changed`, … of each task in the order in which they ended: `host: status title`. */
  readonly story: readonly string[]
}

export type RunSettings = {
  readonly hosts?: readonly string[]
  /** Hosts of the inventory that have no part in the plays. */
  readonly others?: readonly string[]
  readonly otherVars?: Record<string, unknown>
  readonly isCheck?: boolean
  readonly forks?: number
  readonly forceHandlers?: boolean
  readonly connect?: (settings: ConnectionSettings) => Promise<Connection>
  readonly vars?: Record<string, unknown>
  /** How to reach a host; as this machine itself if not given. */
  readonly settingsOf?: (host: InventoryHost) => ConnectionSettings
  /** Keeps what hosts make for one another; a folder that is never made if not given. */
  readonly artifacts?: Artifacts
  readonly fetch?: RunOptions['fetch']
  readonly signal?: AbortSignal
  readonly ask?: RunOptions['ask']
  readonly answers?: RunOptions['answers']
  readonly pendingHandlers?: PendingHandlers
  readonly lock?: RunOptions['lock']
  readonly onEvent?: (event: RunEvent) => void
  /** The facts of hosts as they were last read. */
  readonly lastFacts?: (host: string) => Partial<HostFacts> | undefined
  readonly keepFacts?: RunOptions['keepFacts']
  readonly tags?: { only?: string[]; skip?: string[] }
}

function inventoryHost(name: string, vars: Record<string, unknown> = {}): InventoryHost {
  return { name, groups: ['all'], vars, where: () => undefined }
}

export async function runPlays(plays: readonly Play[], settings: RunSettings = {}): Promise<Ran> {
  const hosts = (settings.hosts ?? ['one']).map((name) => inventoryHost(name, settings.vars))
  const others = (settings.others ?? []).map((name) => inventoryHost(name, settings.otherVars))
  const events: RunEvent[] = []
  const transportFor = createTransportResolver()
  const plans = await planPlays(
    plays.map((play) => ({
      play,
      hosts: hosts.filter(({ name }) => [name, 'all'].includes(play.spec.hosts)),
      vars: new Map(hosts.map((host) => [host.name, host.vars])),
    })),
    {
      inventory: {
        select: () => [...hosts, ...others],
        varsOf: (schema, of) =>
          new Map(of.map((host) => [host, (schema as z.ZodType | undefined)?.parse(host.vars) ?? host.vars])),
      },
      settingsOf: settings.settingsOf ?? localSettings,
      isCheck: settings.isCheck,
      lastFacts: ({ host }) => settings.lastFacts?.(host.name),
      tags: { only: settings.tags?.only ?? [], skip: settings.tags?.skip ?? [] },
    },
  )
  const recap = await runPlannedPlays({
    plays: plans,
    playbooks: ['test'],
    connect: settings.connect ?? (async (to, options) => (await transportFor(to)).connect(to, options)),
    fetch:
      settings.fetch ??
      (async () => {
        throw new Error('nothing to fetch in this test')
      }),
    artifacts: settings.artifacts ?? createArtifacts(join(tmpdir(), 'run-playbook-test-no-artifacts')),
    listener: (event) => {
      events.push(event)
      settings.onEvent?.(event)
    },
    isCheck: settings.isCheck ?? false,
    forks: settings.forks ?? 10,
    forceHandlers: settings.forceHandlers,
    pendingHandlers: settings.pendingHandlers,
    lock: settings.lock,
    keepFacts: settings.keepFacts,
    isVerbose: true,
    signal: settings.signal,
    ask: settings.ask,
    answers: settings.answers,
  })
  return { recap, events, story: events.flatMap(storyLine) }
}

function localSettings({ name }: InventoryHost): ConnectionSettings {
  return { kind: 'local', host: name, become: { method: 'sudo', user: 'root' } }
}

export function runTasks(
  tasks: TaskList | ((host: string) => TaskList),
  settings: RunSettings = {},
): Promise<Ran> {
  const play = definePlay({
    name: 'test',
    hosts: 'all',
    tasks: (host) => (typeof tasks === 'function' ? tasks(host.name) : tasks),
  })
  return runPlays([play], settings)
}

export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'run-playbook-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Gives paths in a folder that is there as long as the body runs. */
export async function inFolder(body: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = temporaryFolder()
  try {
    await body((name) => join(folder.path, name))
  } finally {
    folder.remove()
  }
}

/** The errors of all tasks, in order. */
export function errorsOf({ events }: Ran): PlaybookError[] {
  return events.flatMap((event) =>
    event.kind === 'taskEnd' && event.result.error ? [event.result.error] : [],
  )
}

export function errorCodes(ran: Ran): string[] {
  return errorsOf(ran).map(({ code }) => code)
}

function storyLine(event: RunEvent): string[] {
  if (event.kind !== 'taskEnd') return []
  const { host, task, result } = event
  return [`${host}: ${result.status} ${task.isHandler ? 'handler ' : ''}${task.title}`]
}
