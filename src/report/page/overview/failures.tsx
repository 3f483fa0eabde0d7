// Lists the failures, equal errors once, with their hosts.

import { entryWidth, type PageGroup, statuses } from '../../html/pageData.ts'
import { Detail } from '../shared/detail.tsx'
import { HostNames } from '../shared/hostNames.tsx'
import { detailText, isFound, type Run } from '../shared/model.ts'
import { count } from '../shared/words.ts'

export function Failures({ run, words }: { run: Run; words: readonly string[] }) {
  const groups = run.data.failures.filter((group) => isFound(groupText(group, run), words))
  if (groups.length === 0) return null
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">Failed</h2>
      {groups.map((group) => (
        <Failure key={`${group.column} ${group.detail}`} run={run} group={group} />
      ))}
    </section>
  )
}

function Failure({ run, group }: { run: Run; group: PageGroup }) {
  const { title, where } = run.data.columns[group.column]!
  const detail = run.data.details[group.detail]
  return (
    <article class={`card ${statusOf(group, run)}`}>
      <h3>
        {group.hosts.length === 1 ? (detail?.title ?? title) : title}
        {detail?.code && <span class="code">{detail.code}</span>}
      </h3>
      <p class="muted">
        {where && <code>{where}</code>} {group.hosts.length > 1 && `on ${count(group.hosts.length, 'host')}`}
      </p>
      <Detail detail={detail && { ...detail, title: undefined, code: undefined }} isOpen />
      <HostNames run={run} hosts={group.hosts} column={group.column} />
    </article>
  )
}

function statusOf({ column, detail, hosts }: PageGroup, { data }: Run): string {
  const { entries } = data.hosts[hosts[0]!]!
  const at = entries.findIndex(
    (value, index) => index % entryWidth === 0 && value === column && entries[index + 4] === detail,
  )
  return statuses[entries[at + 1]!] ?? 'failed'
}

/** What a search looks at, with the names of the hosts. */
export function groupText({ column, detail, hosts }: PageGroup, { data }: Run): string {
  const names = hosts.map((host) => data.hosts[host]!.name)
  return [data.columns[column]!.title, detailText(data.details[detail]), ...names].join('\n').toLowerCase()
}
