// Groups the failures of hosts: those of one task with one error together.

import { AggregatePlaybookError, type PlaybookError } from '../../model/errors/error.ts'
import { sanitizeLines } from '../output/sanitize.ts'
import { withoutOwn } from '../text/withoutOwn.ts'
import type { HostTally, Progress, TaskEnd } from './runTally.ts'

export type Failure = {
  readonly host: string
  readonly event: TaskEnd
  readonly stopped: Progress | undefined
  readonly text: readonly string[]
}

export function failuresOf(hosts: ReadonlyMap<string, HostTally>): Failure[] {
  return [...hosts].flatMap(([host, { failure: event, stopped }]) =>
    event ? [{ host, event, stopped, text: errorText(event) }] : [],
  )
}

export function isLost({ event }: Failure): boolean {
  return event.result.status === 'unreachable'
}

/** Most hosts first. */
export function equalFailures(failures: readonly Failure[]): Failure[][] {
  const groups = new Map<string, Failure[]>()
  for (const failure of failures) {
    const { host, event, text } = failure
    const { title, where } = event.task
    const key = JSON.stringify([title, where?.line, text].map((part) => part ?? '')).replace(addresses, '…')
    const group = groups.get(withoutOwn(key, host)) ?? []
    groups.set(withoutOwn(key, host), [...group, failure])
  }
  return [...groups.values()].sort((one, other) => other.length - one.length)
}

/** The error of a group, without what only one of its hosts has. */
export function sharedText(group: readonly Failure[]): readonly string[] {
  const { text, host } = group[0]!
  return group.length === 1 ? text : text.map((line) => withoutOwn(line, host))
}

/** Of hosts: what else differs in equal errors. */
const addresses = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g

/** The name of the host and the title are beside it. */
function errorText({ host, task, result: { error } }: TaskEnd): string[] {
  const known = [`${task.title}: `, `${host}: `]
  return (error ? textOf(error) : []).map((line) => {
    const lead = known.find((each) => line.startsWith(each)) ?? ''
    return line.slice(lead.length)
  })
}

function textOf(error: PlaybookError): string[] {
  if (error instanceof AggregatePlaybookError) return error.errors.flatMap(textOf)
  return [error.message, ...error.details].flatMap(sanitizeLines)
}
