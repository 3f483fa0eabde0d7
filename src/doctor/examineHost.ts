// Makes all checks on one host, in one trip for each user.

import type { HostSession } from '../engine/session/hostSession.ts'
import { ProbeTimeout } from '../engine/session/probeTimeout.ts'
import { packageManager } from '../facts/managers.ts'
import { os } from '../facts/os.ts'
import { type BecomeUser, formatBecomeUser } from '../model/become.ts'
import { PlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { CommandProbe, Output } from '../model/probe.ts'
import { revealed } from '../model/secrets/secret.ts'
import type { ScriptEntry } from '../wire/script.ts'
import { type Check, type CheckResult, type HostSummary, problem } from './checks/check.ts'
import type { NeededCheck } from './neededChecks.ts'

/** A check, what came of it, and who needs it; nobody: it is made on every host. */
export type Finding = {
  readonly check: string
  /** The user as whom it was checked; undefined: the login user. */
  readonly as: string | undefined
  readonly result: CheckResult
  readonly neededBy: readonly NeededCheck[]
}

type Examined = { readonly os: string; readonly findings: readonly Finding[] }

/** Seconds for one check. */
const limitSeconds = 60

type SharedCheck = Pick<NeededCheck, 'check' | 'environment'> & { readonly neededBy: readonly NeededCheck[] }

/**
 * @param general made as the user that most tasks run as
 * @throws UnreachableError
 */
export async function examineHost(
  session: HostSession,
  user: BecomeUser | undefined,
  general: readonly Check[],
  needed: readonly NeededCheck[],
): Promise<Examined> {
  const onEveryHost = general.map((check) => ({ check, environment: {}, neededBy: [] }))
  const users = new Map([[userName(user) ?? '', user]])
  for (const each of needed) users.set(userName(each.user) ?? '', each.user)
  const parts = await Promise.all(
    [...users].map(([name, as]) =>
      asUser(session, as, [
        ...(name === (userName(user) ?? '') ? onEveryHost : []),
        ...questions(needed.filter((each) => (userName(each.user) ?? '') === name)),
      ]),
    ),
  )
  const refused = parts.some(({ isRefused }) => isRefused)
  const withOs = parts.find((part) => part.os !== undefined)
  // What can be known without the user that nobody may become.
  const rest =
    refused && user !== undefined && !withOs ? await asUser(session, undefined, onEveryHost) : undefined
  const all = rest ? [...parts, rest] : parts
  return {
    os: all.find((part) => part.os !== undefined)?.os ?? 'unknown',
    findings: merged(all.flatMap(({ findings }) => findings)),
  }
}

/** One check with different conditions is shown once where it comes to the same. */
function merged(findings: readonly Finding[]): Finding[] {
  const byText = new Map<string, Finding>()
  for (const each of findings) {
    const key = JSON.stringify([each.check, each.as, each.result])
    byText.set(key, { ...each, neededBy: [...(byText.get(key)?.neededBy ?? []), ...each.neededBy] })
  }
  return [...byText.values()]
}

/** Identical checks are made once, for all who need them. */
function questions(needed: readonly NeededCheck[]): SharedCheck[] {
  const byText = new Map<string, SharedCheck>()
  for (const each of needed) {
    const { check, environment } = each
    const key = JSON.stringify([check.name, check.command.script, pairsOf(environment)])
    const known = byText.get(key)
    byText.set(key, { check, environment, neededBy: [...(known?.neededBy ?? []), each] })
  }
  return [...byText.values()]
}

type Part = { readonly os?: string; readonly isRefused?: boolean; readonly findings: readonly Finding[] }

async function asUser(
  session: HostSession,
  user: BecomeUser | undefined,
  checks: readonly SharedCheck[],
): Promise<Part> {
  const as = userName(user)
  const outputs = new Map<ScriptEntry, { readonly output: Output; readonly at: number }>()
  const slow = new Set<ScriptEntry>()
  const [osEntry, managerEntry] = [
    entryOf(os as CommandProbe<unknown>),
    entryOf(packageManager as CommandProbe<unknown>),
  ]
  const entries = checks.map(({ check, environment }) => entryOf(check, environment))
  for (;;) {
    const left = [osEntry, managerEntry, ...entries].filter(
      (entry) => !outputs.has(entry) && !slow.has(entry),
    )
    if (left.length === 0) break
    const ended = (index: number, output: Output | undefined) =>
      output && outputs.set(left[index]!, { output, at: Date.now() })
    try {
      await session.trip(user, left, { ended })
      break
    } catch (thrown) {
      if (thrown instanceof UnreachableError || !(thrown instanceof PlaybookError)) throw thrown
      if (!(thrown instanceof ProbeTimeout))
        return { isRefused: true, findings: [refusal(as, thrown, checks)] }
      slow.add(thrown.entry)
    }
  }
  const seenOs = outputs.get(osEntry)
  const facts = seenOs ? os.parse(seenOs.output) : undefined
  const manager = outputs.get(managerEntry)
  const seen = (arrivedAt: number): HostSummary => ({
    os: facts ?? { family: 'unknown', id: 'unknown' },
    packageManager: manager ? packageManager.parse(manager.output) : 'unknown',
    arrivedAt,
  })
  const findings = checks.flatMap(({ check, neededBy }, index): Finding[] => {
    const answer = outputs.get(entries[index]!)
    const result = answer
      ? check.interpret(answer.output, seen(answer.at))
      : problem(`hangs: it took longer than ${limitSeconds} s`)
    return result ? [{ check: check.name, as, result, neededBy }] : []
  })
  return { os: facts && `${facts.distribution} ${facts.version} ${facts.architecture}`, findings }
}

/** Nobody could be asked as this user. */
function refusal(
  as: string | undefined,
  { message, hint, code, details }: PlaybookError,
  checks: readonly SharedCheck[],
): Finding {
  const last = details.at(-1)
  const problemText = `${message}${last === undefined ? '' : ` (${last})`}  ${code}`
  return {
    check: as === undefined ? 'shell' : `become ${as}`,
    as: undefined,
    result: problem(problemText, hint),
    neededBy: checks.flatMap(({ neededBy }) => neededBy),
  }
}

function entryOf(of: Pick<Check, 'command'>, environment: NeededCheck['environment'] = {}): ScriptEntry {
  return { kind: 'probe', body: of.command.script, environment: pairsOf(environment), limitSeconds }
}

function pairsOf(environment: NeededCheck['environment']) {
  return Object.entries(environment).map(([name, value]) => [name, revealed(value)] as const)
}

function userName(user: BecomeUser | undefined): string | undefined {
  return user && formatBecomeUser(user)
}
