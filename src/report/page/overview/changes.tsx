// Lists the changes, equal ones of hosts once, in the order of the tasks.

import { useState } from 'preact/hooks'
import type { PageGroup } from '../../html/pageData.ts'
import { Detail, oneLine } from '../shared/detail.tsx'
import { HostNames } from '../shared/hostNames.tsx'
import { isFound, type Run } from '../shared/model.ts'
import { count } from '../shared/words.ts'
import { groupText } from './failures.tsx'

const most = 50

export function Changes({ run, words }: { run: Run; words: readonly string[] }) {
  const [isWhole, setWhole] = useState(false)
  const { changes, isCheck } = run.data
  if (changes.length === 0) return null
  const groups = changes.filter((group) => isFound(groupText(group, run), words))
  const shown = isWhole ? groups : groups.slice(0, most)
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">
        {isCheck ? 'Would change' : 'Changed'}
        <span class="count">{groups.length.toLocaleString('en')}</span>
      </h2>
      {shown.map((group) => (
        <Change key={`${group.column} ${group.detail}`} run={run} group={group} />
      ))}
      {shown.length < groups.length && (
        <button type="button" onClick={() => setWhole(true)}>
          Show {(groups.length - shown.length).toLocaleString('en')} more
        </button>
      )}
      {groups.length === 0 && <p class="muted">No change is like that.</p>}
    </section>
  )
}

function Change({ run, group }: { run: Run; group: PageGroup }) {
  const { title, isHandler, where } = run.data.columns[group.column]!
  const detail = run.data.details[group.detail]
  const isOne = group.hosts.length === 1
  return (
    <details class="card changed">
      <summary>
        <span class="grow">
          {isHandler && <span class="tag">handler</span>}
          <b>{isOne ? (detail?.title ?? title) : title}</b>{' '}
          <span class="muted first-change">{oneLine(detail)}</span>
        </span>
        <span class="right">
          {isOne ? run.data.hosts[group.hosts[0]!]!.name : count(group.hosts.length, 'host')}
        </span>
      </summary>
      {where && (
        <p class="muted">
          <code>{where}</code>
        </p>
      )}
      <Detail detail={detail && { ...detail, title: undefined }} isOpen />
      <HostNames run={run} hosts={group.hosts} column={group.column} />
    </details>
  )
}
