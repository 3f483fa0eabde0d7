// All hosts, the worst first, each with its tasks or its time; search and filters above.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type HostKind, isFound, type Run, searchedText, statusOfCell } from '../shared/model.ts'
import { count, kindWord, signs, statusWord } from '../shared/words.ts'
import { HostRows } from './hostRows.tsx'
import type { View } from './rows.ts'

type Props = {
  run: Run
  isShown: boolean
  search: string
  setSearch: (text: string) => void
  words: readonly string[]
  kind: HostKind | undefined
  setKind: (kind: HostKind | undefined) => void
}

const legend = ['changed', 'failed', 'unreachable', 'unknown', 'ok', 'skipped'] as const

export function HostList({ run, isShown, search, setSearch, words, kind, setKind }: Props) {
  const { data } = run
  const [view, setView] = useState<View>('tasks')
  const [play, setPlay] = useState(-1)
  const [isBusyOnly, setBusyOnly] = useState(() => data.columns.length > 120)
  const input = useRef<HTMLInputElement>(null)
  const hosts = useMemo(
    () =>
      run.hosts.filter(
        (host) =>
          (!kind || host.kind === kind) &&
          (words.length === 0 || isFound(searchedText(host, data), words)) &&
          (play < 0 || columnsOf(run, play).some((column) => host.cells[column] !== ' ')),
      ),
    [run, kind, words, play],
  )
  const columns = useMemo(() => {
    const inPlay = columnsOf(run, play)
    return isBusyOnly
      ? inPlay.filter((column) => run.hosts.some(({ cells }) => isBusy(cells[column]!)))
      : inPlay
  }, [run, play, isBusyOnly])

  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
      if (!isShown || event.key !== '/' || !isPlain || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [isShown])

  return (
    <section aria-labelledby="hosts">
      <h2 id="hosts">
        Hosts
        <span class="count" role="status">
          {hosts.length === run.hosts.length
            ? hosts.length.toLocaleString('en')
            : `${hosts.length.toLocaleString('en')} of ${count(run.hosts.length, 'host')}`}
        </span>
      </h2>
      <search class="tools">
        <input
          ref={input}
          type="search"
          value={search}
          placeholder="Search hosts, tasks, changes, errors  /"
          aria-label="Search hosts, tasks, changes and errors"
          onInput={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            setSearch('')
            event.currentTarget.blur()
          }}
        />
        {data.plays.length > 1 && (
          <select
            aria-label="Play"
            value={play}
            onChange={(event) => setPlay(Number(event.currentTarget.value))}
          >
            <option value={-1}>All plays</option>
            {data.plays.map(({ name }, index) => (
              <option key={index} value={index}>
                {name}
              </option>
            ))}
          </select>
        )}
        <fieldset class="switch">
          <legend class="hidden">What the rows show</legend>
          {(['tasks', 'time'] as const).map((each) => (
            <button type="button" key={each} aria-pressed={view === each} onClick={() => setView(each)}>
              {each === 'tasks' ? 'Tasks' : 'Time'}
            </button>
          ))}
        </fieldset>
        <label class="wide">
          <input type="checkbox" checked={isBusyOnly} onChange={() => setBusyOnly(!isBusyOnly)} /> only tasks
          that did something
        </label>
        {kind && (
          <button type="button" class="quiet" onClick={() => setKind(undefined)}>
            {kindWord(kind, data.isCheck)} ×
          </button>
        )}
      </search>
      {hosts.length > 0 ? (
        <HostRows {...{ run, hosts, columns, view }} />
      ) : (
        <p class="muted">No host is like that.</p>
      )}
      {view === 'tasks' && (
        <p class="legend wide" aria-hidden="true">
          {legend.map((status) => (
            <span key={status}>
              <i class={`cell ${status}`}>{signs[status]}</i> {statusWord(status, data.isCheck)}
            </span>
          ))}
        </p>
      )}
    </section>
  )
}

function columnsOf({ data }: Run, play: number): number[] {
  return data.columns.flatMap((column, index) => (play < 0 || column.play === play ? [index] : []))
}

function isBusy(letter: string): boolean {
  const status = statusOfCell(letter)
  return status !== undefined && status !== 'ok' && status !== 'skipped'
}
