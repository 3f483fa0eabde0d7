// Shows what differs from an earlier run: a line of numbers, and what they mean.

import type { PageSince } from '../../html/pageData.ts'
import { formatDuration } from '../../text/duration.ts'
import { HostNames } from '../shared/hostNames.tsx'
import type { Run } from '../shared/model.ts'
import { count, dateText } from '../shared/words.ts'

export function Compared({ run }: { run: Run }) {
  const { since } = run.data
  if (!since) return null
  const { before, after } = since.durationMs
  const parts = partsOf(since)
  return (
    <section aria-labelledby="since">
      <h2 id="since">
        Since {dateText(since.startedAt)}
        <span class="count">{[since.by, since.run].filter(Boolean).join(' · ')}</span>
      </h2>
      {parts.length === 0 && <p class="muted">The same tasks, hosts and results.</p>}
      <div class="parts">
        {parts.map(({ text, kind, tasks, hosts }) => (
          <details class={`card ${kind}`} key={text}>
            <summary>
              <span class="grow">{text}</span>
            </summary>
            {tasks && (
              <ul class="plain">
                {tasks.map((task, index) => (
                  <li key={index}>{task}</li>
                ))}
              </ul>
            )}
            {hosts && <Names run={run} hosts={hosts} />}
          </details>
        ))}
      </div>
      {before !== undefined && after !== undefined && (
        <p class="muted">
          It took {formatDuration(after)}, before {formatDuration(before)}.
        </p>
      )}
    </section>
  )
}

type Part = {
  readonly text: string
  readonly kind: string
  readonly tasks?: readonly string[]
  readonly hosts?: readonly string[]
}

function partsOf({ tasks, hosts, slower }: PageSince): Part[] {
  const title = ({ play, title: text }: PageSince['tasks']['new'][number]) => `${play}: ${text}`
  const parts: Part[] = [
    {
      text: `${count(hosts.failed.length, 'host')} newly failed`,
      kind: 'failed',
      hosts: hosts.failed,
    },
    { text: `${count(hosts.recovered.length, 'host')} no longer failed`, kind: 'ok', hosts: hosts.recovered },
    {
      text: `${count(hosts.changed.length, 'host')} newly changed`,
      kind: 'changed',
      hosts: hosts.changed,
    },
    { text: `${count(hosts.settled.length, 'host')} no longer changed`, kind: 'ok', hosts: hosts.settled },
    { text: count(tasks.new.length, 'new task'), kind: 'unknown', tasks: tasks.new.map(title) },
    { text: `${count(tasks.gone.length, 'task')} gone`, kind: 'unknown', tasks: tasks.gone.map(title) },
    { text: count(hosts.new.length, 'new host'), kind: 'unknown', hosts: hosts.new },
    { text: `${count(hosts.gone.length, 'host')} gone`, kind: 'unknown', hosts: hosts.gone },
    {
      text: `${count(slower.length, 'task')} slower`,
      kind: 'changed',
      tasks: slower.map(
        (task) => `${title(task)}: ${formatDuration(task.beforeMs)} → ${formatDuration(task.afterMs)}`,
      ),
    },
  ]
  return parts.filter(({ tasks: some = [], hosts: names = [] }) => some.length + names.length > 0)
}

/** Hosts that are gone have no page. */
function Names({ run, hosts }: { run: Run; hosts: readonly string[] }) {
  const indices = hosts.map((name) => run.data.hosts.findIndex((host) => host.name === name))
  return indices.includes(-1) ? <p>{hosts.join(' ')}</p> : <HostNames run={run} hosts={indices} />
}
