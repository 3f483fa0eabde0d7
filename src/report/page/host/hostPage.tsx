// The page of a host: its end, its time, and its tasks with changes, errors and outputs.

import { useEffect, useMemo, useState } from 'preact/hooks'
import { formatDuration } from '../../text/duration.ts'
import { type Entry, entriesOf, type Host, type Run, tripsOf } from '../shared/model.ts'
import { hostLink } from '../shared/route.ts'
import { count, kindWord, statusWord } from '../shared/words.ts'
import { HostTime } from './hostTime.tsx'
import { isQuiet, TaskItem } from './taskItem.tsx'

type Props = { run: Run; host: Host; at: number; entry: number | undefined }

export function HostPage({ run, host, at, entry }: Props) {
  const entries = useMemo(() => entriesOf(host, run.data), [host, run])
  const [isWhole, setWhole] = useState(() => entries.every(isQuiet))
  const { owed = [] } = host.raw
  const { isCheck } = run.data
  const counts = Object.entries(host.counts).map(
    ([status, number]) => `${number} ${statusWord(status as never, isCheck)}`,
  )

  useEffect(() => {
    if (entry === undefined) return
    setWhole((before) => before || entries.some((each) => each.column === entry && isQuiet(each)))
    requestAnimationFrame(() => {
      const element = document.querySelector(`#task-${entry}`)
      element?.scrollIntoView({ block: 'center' })
      element?.querySelector<HTMLElement>('summary')?.focus({ preventScroll: true })
    })
  }, [entry, entries])

  return (
    <main class="host">
      <nav aria-label="Hosts">
        <a href="#/">← All hosts</a>
        <span class="grow" />
        <Neighbour run={run} at={at - 1} label="Previous" />
        <Neighbour run={run} at={at + 1} label="Next" />
      </nav>
      <header>
        <div class="title">
          <h1>{host.name}</h1>
          <span class={`badge ${host.kind}`}>{kindWord(host.kind, isCheck)}</span>
        </div>
        <p class="muted">
          {[
            ...counts,
            count(tripsOf(host.raw).length, 'trip'),
            `${formatDuration(host.busyMs)} in tasks`,
          ].join(' · ')}
        </p>
        {owed.length > 0 && <p>Handlers that a later run has to run: {owed.join(', ')}</p>}
      </header>
      <HostTime run={run} host={host} entries={entries} />
      <section aria-labelledby="tasks">
        <div class="title">
          <h2 id="tasks">Tasks</h2>
          <label>
            <input type="checkbox" checked={isWhole} onChange={() => setWhole(!isWhole)} /> with those that
            were ok or skipped
          </label>
        </div>
        {run.data.plays.map((play, index) => (
          <PlayTasks
            key={index}
            run={run}
            name={run.data.plays.length > 1 ? play.name : undefined}
            entries={entries.filter(({ column }) => run.data.columns[column]!.play === index)}
            isWhole={isWhole}
            open={entry}
          />
        ))}
      </section>
    </main>
  )
}

type PlayProps = {
  run: Run
  name: string | undefined
  entries: readonly Entry[]
  isWhole: boolean
  open: number | undefined
}

function PlayTasks({ run, name, entries, isWhole, open }: PlayProps) {
  const shown = isWhole ? entries : entries.filter((each) => !isQuiet(each))
  if (entries.length === 0) return null
  const rest = entries.length - shown.length
  return (
    <>
      {name !== undefined && <h3>{name}</h3>}
      <ol class="tasks">
        {shown.map((each, index) => (
          <TaskItem key={index} run={run} entry={each} isOpen={each.column === open} />
        ))}
      </ol>
      {rest > 0 && <p class="muted">{count(rest, 'task')} more: ok or skipped.</p>}
    </>
  )
}

function Neighbour({ run, at, label }: { run: Run; at: number; label: string }) {
  const host = run.hosts[at]
  return host ? (
    <a href={hostLink(host.name)} aria-label={`${label}: ${host.name}`}>
      {label === 'Next' ? `${host.name} →` : `← ${host.name}`}
    </a>
  ) : null
}
