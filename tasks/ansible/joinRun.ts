// Lets hosts that reach the same role or playbook together share one run of it.

import { createHash } from 'node:crypto'
import type { MadeChange, StepConnection, TemplateVariables } from '../../src/index.ts'
import type { AnsibleHostResult } from './hostResults.ts'
import { inventoryText } from './inventoryText.ts'
import { plainData } from './plainData.ts'
import { runAnsible } from './runAnsible.ts'

/** What to run. */
type AnsibleWork = {
  readonly role?: string | undefined
  /** Of the playbook, where there is no role. */
  readonly path: string | undefined
  /** The folder of the file in which the task is written. */
  readonly directory: string
  readonly vars: { readonly [name: string]: unknown }
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly gatherFacts: boolean
}

type Member = {
  readonly connection: StepConnection
  readonly vars: { readonly [name: string]: unknown }
  /** What templates see of the host. */
  readonly host: TemplateVariables | undefined
}

/** How long a run waits for other hosts. */
const gatherMs = 250

const gathering = new Map<
  string,
  { readonly members: Member[]; readonly results: Promise<(host: string) => AnsibleHostResult> }
>()

/** Runs it on the host, alone or with others, and gives the host's changes. @throws PlaybookError E_ANSIBLE_PLAYBOOK */
export async function joinRun(work: AnsibleWork, member: Member): Promise<readonly MadeChange[]> {
  const key = keyOf(work, member)
  const open = gathering.get(key)
  if (open) open.members.push(member)
  const group = open ?? gather(key, work, member)
  const { changes, error } = (await group.results)(member.connection.host)
  if (error) throw error
  return changes
}

function gather(key: string, work: AnsibleWork, first: Member) {
  const members = [first]
  const results = new Promise((resolve) => setTimeout(resolve, gatherMs)).then(() => {
    gathering.delete(key)
    return runFor(work, members)
  })
  const group = { members, results }
  gathering.set(key, group)
  return group
}

/** Hosts share a run if all of it is the same. */
function keyOf(work: AnsibleWork, { connection: { become, isCheck } }: Member): string {
  const { method, user } = become ?? {}
  const whole = JSON.stringify([plainData(work), isCheck, method, user])
  return createHash('sha256').update(whole).digest('hex')
}

function runFor(work: AnsibleWork, members: readonly Member[]): Promise<(host: string) => AnsibleHostResult> {
  const { role, path, directory, vars, tags, skipTags, gatherFacts } = work
  const [{ connection, host }] = members as [Member]
  const { become, isCheck, signal } = connection
  const hosts = members.map((each) => {
    const { host: name, settings, become } = each.connection
    return { name, settings, become, vars: each.vars }
  })
  const names = hosts.map(({ name }) => name)
  const groups = (host?.get('groups') ?? {}) as Record<string, string[]>
  const hasVars = Object.keys(vars).length > 0
  const given = plainData(vars)
  const play = {
    hosts: 'all',
    gather_facts: gatherFacts,
    roles: [{ role, ...(hasVars ? { vars: given } : {}) }],
  }
  return runAnsible({
    playbook: path === undefined ? { text: JSON.stringify([play], null, 2) } : { path },
    inventory: inventoryText(hosts, groups, (name) => host?.data(name) ?? {}),
    extraVars: path !== undefined && hasVars ? JSON.stringify(given) : undefined,
    flags: [
      ...(isCheck ? ['--check'] : []),
      '--diff',
      ...(become ? ['--become', '--become-user', become.user, '--become-method', become.method] : []),
      ...(tags.length > 0 ? ['--tags', tags.join(',')] : []),
      ...(skipTags.length > 0 ? ['--skip-tags', skipTags.join(',')] : []),
      ...['--forks', String(names.length)],
    ],
    rolesPath: [`${directory}/roles`, directory, `${process.cwd()}/roles`],
    hosts: names,
    signal,
    onLine: (name, line) => members.find((each) => each.connection.host === name)?.connection.progress(line),
  })
}
