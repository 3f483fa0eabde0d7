// Plans the reading of facts like a task, which shares trips with the probes of others.

import type { Probes } from '../../model/probe.ts'
import type { Task } from '../../model/task.ts'
import type { FactRequest } from '../facts/factStore.ts'
import type { HostAccess } from './hostAccess.ts'
import type { PlannedTask } from './plannedTask.ts'
import { type Target, targetKey } from './target.ts'

/** Facts that are read together: those of one host, as one user. */
export type FactTask = PlannedTask & {
  readonly requests: readonly { readonly request: FactRequest; readonly probes: Probes }[]
}

/** The tasks that read the facts, one for each host and user. `access` says how to reach a host; `own` is the host that needs them. */
export async function factTasks(
  requests: readonly FactRequest[],
  own: string,
  access: (host: string) => Pick<HostAccess, 'userFor'>,
): Promise<FactTask[]> {
  const { hostFacts } = await import('../../facts/hostFacts.ts')
  const groups = new Map<string, { readonly target: Target; readonly requests: ReadRequest[] }>()
  for (const request of requests) {
    const { host, facts, options } = request
    const target = { host: host === own ? undefined : host, user: access(host).userFor({ options }) }
    const key = targetKey(target)
    const group = groups.get(key) ?? { target, requests: [] }
    const probes = typeof facts === 'string' ? { [facts]: hostFacts[facts] } : facts
    groups.set(key, { target, requests: [...group.requests, { request, probes }] })
  }
  return [...groups].map(([key, group]) => {
    const probes = Object.fromEntries(
      group.requests.flatMap((each) => Object.values(each.probes)).map((probe, index) => [index, probe]),
    )
    return { ...plannedReading(probes), ...group, key: `facts ${key}` }
  })
}

type ReadRequest = FactTask['requests'][number]

function plannedReading(probes: Probes): Omit<FactTask, 'target' | 'key' | 'requests'> {
  const label = { name: 'facts', title: 'facts', isHandler: false }
  const common = { index: -1, environment: {}, inputs: undefined, probesPaths: false, isVerified: true }
  return { ...common, task: reading, label, blocks: [], conditions: [], probes }
}

const reading: Task = {
  kind: 'task',
  name: 'facts',
  title: 'facts',
  // biome-ignore lint/suspicious/noExplicitAny: it is never evaluated
  spec: {} as any,
  params: {},
  options: {},
  where: () => undefined,
}
