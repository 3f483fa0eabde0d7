// One host in the list: name, result, duration, and a strip of its tasks or of its trips.

import { formatDuration } from '../../text/duration.ts'
import { type Host, type Run, statusOfCell } from '../shared/model.ts'
import { hostLink } from '../shared/route.ts'
import { kindWord, signs } from '../shared/words.ts'
import { rowHeight, type Spot, type View } from './rows.ts'
import { TimeRow } from './timeRow.tsx'

type Props = {
  run: Run
  host: Host
  columns: readonly number[]
  view: View
  /** Width of a cell in pixels. */
  cell: number
  position: number
  isActive: boolean
  onFocus: () => void
  setSpot: (spot: Spot | undefined) => void
}

export function HostRow({ run, host, columns, view, cell, position, isActive, onFocus, setSpot }: Props) {
  const columnAt = (event: MouseEvent) => {
    const strip = (event.currentTarget as Element).getBoundingClientRect()
    return columns[Math.floor((event.clientX - strip.left) / cell)]
  }
  return (
    <div
      class={`row ${host.kind}`}
      role="row"
      aria-rowindex={position + 1}
      style={{ top: `${position * rowHeight}px` }}
    >
      <span role="rowheader" class="name">
        <a href={hostLink(host.name)} tabIndex={isActive ? 0 : -1} onFocus={onFocus} title={host.name}>
          <i class={`dot ${host.kind}`} aria-hidden="true" />
          <span>{host.name}</span>
        </a>
      </span>
      <span role="cell" class="result">
        {resultText(host, run.data.isCheck)}
      </span>
      <span role="cell" class="took">
        {formatDuration(host.endMs - startOf(host))}
      </span>
      {view === 'tasks' ? (
        <span
          class="strip"
          aria-hidden="true"
          onPointerMove={(event) => {
            const column = columnAt(event)
            setSpot(column === undefined ? undefined : { host, column })
          }}
          onClick={(event) => {
            location.hash = hostLink(host.name, columnAt(event))
          }}
        >
          {runsOf(host.cells, columns).map(({ letter, length }, index) => {
            const status = statusOfCell(letter)
            return (
              <i key={index} class={status ?? 'none'} style={{ width: `${length * cell}px` }}>
                {(status ? signs[status] : '\u00a0').repeat(length)}
              </i>
            )
          })}
        </span>
      ) : (
        <TimeRow run={run} host={host} />
      )}
    </div>
  )
}

function startOf({ raw }: Host): number {
  return (
    Math.min(raw.trips[0] ?? Number.POSITIVE_INFINITY, raw.entries[2] ?? Number.POSITIVE_INFINITY, 1e15) %
    1e15
  )
}

/** `2 failed, 3 changed`; what a host is called where that says it. */
function resultText({ counts, kind }: Host, isCheck: boolean): string {
  const { failed = 0, unreachable = 0, changed = 0, unknown = 0 } = counts
  const parts = [
    ...(unreachable > 0 ? ['unreachable'] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(kind === 'stopped' ? ['not finished'] : []),
    ...(changed > 0 ? [`${changed} ${isCheck ? 'to change' : 'changed'}`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ]
  return parts.length > 0 ? parts.join(', ') : kindWord(kind, isCheck)
}

/** Equal cells that follow each other are one element. */
function runsOf(cells: string, columns: readonly number[]): { letter: string; length: number }[] {
  const runs: { letter: string; length: number }[] = []
  for (const column of columns) {
    const letter = cells[column]!
    const last = runs.at(-1)
    if (last?.letter === letter) last.length += 1
    else runs.push({ letter, length: 1 })
  }
  return runs
}
