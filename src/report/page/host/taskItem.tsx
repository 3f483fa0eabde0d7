// One task on the page of a host.

import { formatDuration } from '../../text/duration.ts'
import { Detail, oneLine } from '../shared/detail.tsx'
import type { Entry, Run } from '../shared/model.ts'
import { signs, statusWord } from '../shared/words.ts'

type Props = { run: Run; entry: Entry; isOpen: boolean }

export function TaskItem({ run, entry, isOpen }: Props) {
  const { column, status, durationMs, detail } = entry
  const { title, where, isHandler } = run.data.columns[column]!
  const line = (
    <>
      <i class={`cell ${status}`} aria-hidden="true">
        {signs[status]}
      </i>
      <span class="status">{statusWord(status, run.data.isCheck)}</span>
      <span class="grow">
        {isHandler && <span class="tag">handler</span>}
        <b>{detail?.title ?? title}</b>{' '}
        <span class="muted first-change">
          {oneLine(detail) || detail?.reason || detail?.message?.split('\n')[0]}
        </span>
      </span>
      <span class="right">{durationMs >= 100 ? formatDuration(durationMs) : ''}</span>
    </>
  )
  const hasMore = detail !== undefined || where !== undefined
  return (
    <li id={`task-${column}`} class={status}>
      {hasMore ? (
        <details open={isOpen || !isQuiet(entry)}>
          <summary>{line}</summary>
          {where && (
            <p class="muted">
              <code>{where}</code>
            </p>
          )}
          <Detail detail={detail} isOpen />
        </details>
      ) : (
        <div class="line">{line}</div>
      )}
    </li>
  )
}

/** Nothing was done, and nothing is shown. */
export function isQuiet({ status, detail }: Entry): boolean {
  return (status === 'ok' || status === 'skipped') && !detail?.message
}
