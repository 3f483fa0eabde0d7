// Tells apart the changes of a run: equal ones of many hosts are one kind.

import type { EventOf } from '../../model/run/event.ts'
import { sanitize } from '../output/sanitize.ts'
import { changeText } from '../text/changeText.ts'
import { titleWithDelegate } from '../text/hostLabel.ts'
import { withoutOwn } from '../text/withoutOwn.ts'

export type ChangeKind = {
  /** `editXml server.xml   Connector @port   8080 → 8090`. */
  readonly line: string
  /** The line without values. */
  readonly title: string
  /** What the change did besides, on which a reader wants to look. */
  readonly restart: 'rebooted' | 'restarted' | undefined
}

export class ChangeKinds {
  readonly #kinds = new Map<string, ChangeKind>()

  of(event: EventOf<'taskEnd'>): ChangeKind {
    const { host, task, result } = event
    const changes = result.changes.map(({ what, from, to }) => `${what}\0${from}\0${to}`)
    const key = withoutOwn([task.title, task.delegate, ...changes].join('\0'), host)
    const kind = this.#kinds.get(key) ?? kindOf(event)
    this.#kinds.set(key, kind)
    return kind
  }
}

function kindOf({ host, task, result: { changes } }: EventOf<'taskEnd'>): ChangeKind {
  const { inline, below } = changeText(task.title, changes, false)
  const [first, ...others] = inline === undefined ? below : [inline]
  const title = withoutOwn(sanitize(titleWithDelegate(task)), host)
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  const values = first === undefined ? '' : `   ${withoutOwn(first.replace(/ {3,}/g, '   '), host)}${more}`
  const isRestart = /^restart/.test(task.name) || changes.some(({ to }) => /^restarted\b/.test(to))
  return {
    line: title + values,
    title,
    restart: task.name === 'reboot' ? 'rebooted' : isRestart ? 'restarted' : undefined,
  }
}
