// Collects the events of ansible-playbook: each host's changes, and why it failed.

import { type MadeChange, PlaybookError } from '../../src/index.ts'
import { moduleChanges } from './moduleResult.ts'

type Result = {
  readonly changed?: boolean
  readonly failed?: boolean
  readonly msg?: unknown
  readonly diff?: unknown
  readonly stderr?: unknown
  readonly exception?: unknown
  readonly item?: string
  readonly censored?: unknown
}

/** A line that the callback plugin writes. */
export type AnsibleEvent =
  | { readonly event: 'task'; readonly task: string }
  | {
      readonly event: 'result'
      readonly status: 'ok' | 'skipped' | 'failed' | 'unreachable'
      readonly host: string
      readonly task: string
      readonly ignored?: boolean
      readonly result: Result
      readonly items: readonly Result[]
    }
  | {
      readonly event: 'end'
      readonly host: string
      readonly stats: { readonly failures: number; readonly unreachable: number }
    }

/** How a host came through. */
export type AnsibleHostResult = { readonly changes: readonly MadeChange[]; readonly error?: PlaybookError }

export class HostResults {
  readonly #changes = new Map<string, MadeChange[]>()
  readonly #failures = new Map<string, PlaybookError>()
  readonly #ends = new Map<string, 'ok' | 'failed'>()

  /** Takes an event; gives a line of progress for its host. */
  add(event: AnsibleEvent): { readonly host: string; readonly line: string } | undefined {
    if (event.event === 'task') return undefined
    const { host } = event
    if (event.event === 'end') {
      const isFailed = event.stats.failures > 0 || event.stats.unreachable > 0
      this.#ends.set(host, isFailed ? 'failed' : 'ok')
      return undefined
    }
    const { status, task, result } = event
    const hasItems = event.items.length > 0
    const parts = hasItems ? event.items : [result]
    const changed = parts.filter((part) => part.changed && !part.failed)
    this.#changes.set(host, [
      ...(this.#changes.get(host) ?? []),
      ...changed.flatMap((part) => changesOf(task, part)),
    ])
    if (status === 'failed' && !event.ignored)
      this.#failures.set(host, failureOf(task, parts.find((part) => part.failed) ?? result))
    if (status === 'unreachable') this.#failures.set(host, failureOf(task, result))
    return { host, line: `${task}: ${changed.length > 0 && status === 'ok' ? 'changed' : status}` }
  }

  /** Undefined: Ansible did not come to the host's end. A failure that a role rescues is none. */
  of(host: string): AnsibleHostResult | undefined {
    const changes = this.#changes.get(host) ?? []
    const end = this.#ends.get(host)
    const error = this.#failures.get(host)
    if (end === undefined) return error && { changes, error }
    return end === 'failed' && error ? { changes, error } : { changes }
  }
}

function changesOf(task: string, part: Result): MadeChange[] {
  const what = part.item === undefined ? task : `${task} (${part.item})`
  return moduleChanges(what, { ...part, _ansible_no_log: part.censored !== undefined })
}

function failureOf(task: string, { msg, stderr, exception, censored, item }: Result): PlaybookError {
  const message = typeof msg === 'string' ? msg : JSON.stringify(msg ?? censored ?? 'it failed')
  const [first = '', ...more] = (censored === undefined ? message : 'its output is hidden (no_log)')
    .trim()
    .split('\n')
  const lines = [stderr, exception].flatMap((each) =>
    typeof each === 'string' ? each.trim().split('\n') : [],
  )
  const what = item === undefined ? task : `${task} (${item})`
  return new PlaybookError('E_ANSIBLE_PLAYBOOK', `Ansible's task "${what}" failed: ${first}`, {
    details: (censored === undefined ? [...more, ...lines] : [])
      .filter((line) => line !== '' && line !== '(traceback unavailable)')
      .slice(-15),
  })
}
