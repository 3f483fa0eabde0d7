// Asks on the terminal whether unknown host keys are right, once for all hosts of a run.

import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import { isCI } from '../../report/reporter.ts'
import type { TransportResolver } from '../../transport/connect.ts'
import type { UnknownHostKey } from '../../transport/program/transport.ts'
import type { AskLine } from './step/confirmStep.ts'
import { terminalLines } from './step/terminalLines.ts'

/**
 * As ssh does with StrictHostKeyChecking=ask: the keys that are accepted are added to known_hosts. Hosts whose keys are
 * not accepted are unreachable in the run. Without a terminal, and in CI, there is no prompt.
 *
 * @returns warnings
 */
export async function askHostKeys(
  plans: readonly PlayPlan[],
  transportFor: TransportResolver,
  signal: AbortSignal,
): Promise<PlaybookError[]> {
  if (!process.stdin.isTTY || !process.stderr.isTTY || isCI(process.env)) return []
  const hosts = sshHosts(plans)
  const [first] = hosts.values()
  if (!first) return []
  const { confirmHostKeys } = await transportFor(first)
  const names = new Map([...hosts].map(([name, settings]) => [settings, name]))
  const notice = setTimeout(
    () => process.stderr.write('Waiting for hosts whose keys are not known yet.\n'),
    2000,
  )
  const confirm = async (keys: readonly UnknownHostKey[]) => {
    clearTimeout(notice)
    const { ask, close } = terminalLines(signal)
    try {
      return await acceptedKeys(keys, names, ask)
    } finally {
      close()
    }
  }
  try {
    const problems = (await confirmHostKeys?.([...hosts.values()], confirm, { signal })) ?? []
    return problems.map((problem) => new PlaybookError('E_KNOWN_HOSTS', `${problem}.`))
  } finally {
    clearTimeout(notice)
  }
}

/** How the hosts of the plays, and those that tasks are delegated to, are reached by ssh. */
function sshHosts(plans: readonly PlayPlan[]): Map<string, ConnectionSettings> {
  const hosts = new Map<string, ConnectionSettings>()
  const add = (name: string, settings: () => ConnectionSettings) => {
    if (hosts.has(name)) return
    const own = settings()
    if (own.kind === 'ssh') hosts.set(name, own)
  }
  for (const host of plans.flatMap((plan) => plan.hosts)) {
    add(host.host.name, () => host.settings)
    for (const { target } of host.items ?? []) {
      const { host: delegate } = target
      if (delegate !== undefined) add(delegate, () => host.other(delegate).settings)
    }
  }
  return hosts
}

/** Shows the keys, and asks until all are accepted or the rest is refused. */
async function acceptedKeys(
  keys: readonly UnknownHostKey[],
  names: ReadonlyMap<ConnectionSettings, string>,
  ask: AskLine,
): Promise<UnknownHostKey[]> {
  const accepted = new Set<UnknownHostKey>()
  const rest = () => keys.filter((key) => !accepted.has(key))
  let question = `${shownKeys(keys, names)}\n${wholeQuestion(keys)}`
  while (rest().length > 0) {
    const words = (await ask(question))?.trim().split(/[\s,]+/)
    if (words === undefined || words.join().toLowerCase() === 'no') break
    if (words.join().toLowerCase() === 'yes') return [...keys]
    const matching = rest().filter(({ fingerprint }) => words.includes(fingerprint))
    for (const key of matching) accepted.add(key)
    const left = rest().map((key) => shownName(key, names))
    question =
      matching.length === 0
        ? "Please type 'yes', 'no' or the fingerprints: "
        : `Not yet accepted: ${left.join(', ')}. (yes/no/fingerprints) `
  }
  return [...accepted]
}

function shownKeys(keys: readonly UnknownHostKey[], names: ReadonlyMap<ConnectionSettings, string>): string {
  const rows = keys.map((key) => [shownName(key, names), typeName(key.type), sanitize(key.fingerprint)])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map(
    ([name, type, text]) => `  ${name!.padEnd(widths[0]!)}  ${type!.padEnd(widths[1]!)}  ${text}`,
  )
  const proofs = [...new Set(keys.map(({ proof }) => proof))]
  const [whose, console] =
    keys.length === 1
      ? ['The key of a host is', "the host's console"]
      : [`The keys of ${keys.length} hosts are`, "each host's console"]
  return [
    `${whose} not known:`,
    ...lines,
    `Compare with what this prints on ${console}: ${proofs.join(' or ')}`,
  ].join('\n')
}

function wholeQuestion({ length }: readonly UnknownHostKey[]): string {
  return length === 1
    ? 'Add it to known_hosts, and connect? (yes/no/fingerprint) '
    : 'Add them to known_hosts, and connect? (yes/no/fingerprints) '
}

/** `was-01 (10.0.0.1)`: names in the inventory, and the address if it is another. */
function shownName({ name, hosts }: UnknownHostKey, names: ReadonlyMap<ConnectionSettings, string>): string {
  const own = hosts.map((settings) => names.get(settings)!)
  const text = own.length === 0 ? `jump host ${name}` : own.join(', ')
  return sanitize(own.length === 0 || text === name ? text : `${text} (${name})`)
}

/** `ssh-ed25519` → `ED25519`, as ssh-keygen -l prints it. */
function typeName(type: string): string {
  return sanitize(
    type
      .replace(/^(?:sk-)?(?:ssh-|(?=ecdsa))/, '')
      .replace(/-.*|@.*/, '')
      .toUpperCase(),
  )
}
