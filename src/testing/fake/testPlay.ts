// Runs a play or a role twice on a described host.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { callSite } from '../../model/errors/location.ts'
import type { PlayHost } from '../../model/host.ts'
import { definePlay, type Play } from '../../model/play.ts'
import type { StreamEvent } from '../../model/run/streamEvent.ts'
import type { RoleItem, TaskList } from '../../model/task.ts'
import { eventStream } from '../../report/eventStream.ts'
import { carryOut } from '../../run/carryOut.ts'
import { connectionFlags } from '../../run/connectionFlags.ts'
import { inventoryOf } from '../../run/inventorySource.ts'
import { planRun } from '../../run/planRun.ts'
import { rejection } from '../../run/rejection.ts'
import { resultCollector, type TaskOutcome } from '../../run/result.ts'
import type { FakeHost } from './fakeHost.ts'
import { fakeTransport } from './sandbox.ts'

export type TestPlayOptions = {
  /** Variables over those of the host; they answer prompts too, as -e does. */
  readonly vars?: { readonly [name: string]: unknown }
  readonly tags?: readonly string[]
  readonly skipTags?: readonly string[]
  /** A dry run. There is no second one then. Default false. */
  readonly check?: boolean
  /**
   * Further described hosts of the inventory, with their groups and variables: those that tasks are delegated to, or
   * that `host.hosts()` names. The play has no tasks of its own for them.
   */
  readonly otherHosts?: readonly FakeHost[]
}

/** A change, and the title of the task that made it. */
export type TestedChange = { readonly task: string } & TaskOutcome['changes'][number]

export type TestedRun = {
  /** Each task: title, status, changes (with diffs), stdout, stderr, error. */
  readonly tasks: readonly TaskOutcome[]
  /** The changes of all tasks, in order. */
  readonly changes: readonly TestedChange[]
}

export type TestedPlay = TestedRun & {
  /** What the same play did directly after that: nothing, if it is idempotent. Empty if a task of the first run failed. */
  readonly secondRun: TestedRun
}

/** A play, a role, or a function that gives the tasks of a host. */
// biome-ignore lint/suspicious/noExplicitAny: any play's types
export type Testable = Play | RoleItem | ((host: PlayHost<any, any>) => TaskList)

/**
 * Runs a play, a role or a function that gives tasks on a described host, and runs it again. The scripts of the tasks run
 * for real, in a root of their own (see `fakeHost`). A task that fails is a result.
 *
 * @throws (rejects) PlaybookError E_UNKNOWN_COMMAND for commands that were run and are not described, E_NO_SANDBOX where
 *   this machine cannot run described hosts; AggregatePlaybookError for wrong variables and tasks
 * @example
 * const host = fakeHost({ files: { '/etc/motd': 'Hello\n' }, vars: { greeting: 'Good morning' } })
 * const { tasks, changes, secondRun } = await testPlay(play, host)
 * assert.equal(host.file('/etc/motd'), 'Good morning\n')
 * assert.deepEqual(secondRun.changes, [])
 */
export async function testPlay(
  tested: Testable,
  host: FakeHost,
  options: TestPlayOptions = {},
): Promise<TestedPlay> {
  const where = callSite(testPlay)
  try {
    const play = asPlay(tested, host)
    const first = await runOnce(play, host, options)
    const isOver =
      options.check || first.tasks.some(({ status, isIgnored }) => status === 'failed' && !isIgnored)
    return { ...first, secondRun: isOver ? { tasks: [], changes: [] } : await runOnce(play, host, options) }
  } catch (thrown) {
    throw thrown instanceof PlaybookError && thrown.code !== 'E_FAULTS' ? thrown : rejection(thrown, where())
  }
}

function asPlay(tested: Testable, { name }: FakeHost): Play {
  if (typeof tested !== 'function' && typeof tested !== 'object')
    throw new PlaybookError('E_NO_PLAY', `testPlay: expected a play or a role, found ${typeof tested}.`)
  const { kind } = tested as { readonly kind?: string }
  if (kind === 'play') {
    const play = tested as Play
    return { ...play, spec: { ...play.spec, hosts: name } }
  }
  if (kind === undefined)
    return definePlay({ name: 'test', hosts: name, tasks: tested as (host: PlayHost) => TaskList })
  return definePlay({ name: 'test', hosts: name, roles: [tested as RoleItem] })
}

async function runOnce(
  play: Play,
  host: FakeHost,
  { vars, check = false, tags = [], skipTags = [], otherHosts = [] }: TestPlayOptions,
): Promise<TestedRun> {
  const hosts = [host, ...otherHosts] as const
  for (const { root } of hosts) rmSync(join(root, '.fake/unanswered'), { force: true })
  const { handle, result } = resultCollector()
  const stream = eventStream({ verbosity: 0, isDiffShown: true, time: () => new Date().toISOString() })
  const transport = fakeTransport(hosts)
  const inventory = await inventoryOf(
    [inventoryOfHost(host, vars), ...otherHosts.map((other) => inventoryOfHost(other))],
    {},
  )
  const flags = { check, tags, skipTags, verbose: 0, lock: 'off' as const }
  const connection = connectionFlags(
    { connection: 'local' },
    { password: undefined, becomePassword: undefined },
  )
  const planned = await planRun({ plays: [play], inventory, connection }, flags)
  await carryOut(planned, flags, {
    playbooks: [play.spec.name],
    transportFor: async () => transport,
    signal: new AbortController().signal,
    listener: (event) => {
      for (const each of stream.of(event) as readonly StreamEvent[]) handle(each)
    },
    answers: (name) => (vars && Object.hasOwn(vars, name) ? { value: vars[name] } : undefined),
    // A person goes on at every pause.
    ask: async ({ name }) => (name === undefined ? true : ''),
    stateFolder: undefined,
  })
  hosts.forEach(requireAnswered)
  const tasks = result().hosts[host.name]?.tasks ?? []
  return {
    tasks,
    changes: tasks.flatMap(({ title, changes }) => changes.map((change) => ({ task: title, ...change }))),
  }
}

function inventoryOfHost(host: FakeHost, vars: TestPlayOptions['vars'] = {}) {
  const groups = Object.fromEntries(host.groups.map((group) => [group, { hosts: { [host.name]: null } }]))
  return { all: { hosts: { [host.name]: { ...host.vars, ...vars } } }, ...groups }
}

/** What a command would have printed cannot be known, so neither can be what the tasks would do. */
function requireAnswered(host: FakeHost): void {
  const [first, ...others] = host.unanswered()
  if (first === undefined) return
  throw new PlaybookError(
    'E_UNKNOWN_COMMAND',
    `The described host ${host.name} has no answer for: ${first}`,
    {
      details: others.map((line) => `nor for: ${line}`),
      hint: `Describe what it prints: fakeHost({ commands: { ${JSON.stringify(first)}: '…' } })`,
    },
  )
}
