// The rows of hosts; only those in view are elements of the page.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Host, Run } from '../shared/model.ts'
import { Axis } from '../shared/time.tsx'
import { ColumnHead } from './columnHead.tsx'
import { HostRow } from './hostRow.tsx'
import { rowHeight, type Spot, type View } from './rows.ts'
import { useSight } from './useSight.ts'

type Props = { run: Run; hosts: readonly Host[]; columns: readonly number[]; view: View }

export function HostRows({ run, hosts, columns, view }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const wantsFocus = useRef(false)
  const [active, setActive] = useState(0)
  const [spot, setSpot] = useState<Spot | undefined>()
  const { first, last, width } = useSight(box, hosts.length, rowHeight)
  const current = Math.min(active, hosts.length - 1)

  const go = (to: number) => {
    const index = Math.max(0, Math.min(hosts.length - 1, to))
    setActive(index)
    const element = box.current!
    const head = element.querySelector<HTMLElement>('.head')!.offsetHeight
    const [top, bottom] = [index * rowHeight, (index + 1) * rowHeight + head]
    if (top < element.scrollTop) element.scrollTop = top
    if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
    wantsFocus.current = true
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: { [key: string]: number } = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 15,
      PageUp: -15,
      j: 1,
      k: -1,
    }
    const step = steps[event.key]
    if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(hosts.length - 1)
    else if (step !== undefined) go(current + step)
    else return
    event.preventDefault()
  }
  // The row may come into sight only after it was chosen.
  useLayoutEffect(() => {
    const { activeElement: focused, body } = document
    if (focused !== body && !box.current!.contains(focused)) wantsFocus.current = false
    const link = box.current!.querySelector<HTMLElement>('a[tabindex="0"]')
    if (!wantsFocus.current || !link) return
    wantsFocus.current = false
    link.focus({ preventScroll: true })
  })
  const name = useMemo(() => nameWidth(run), [run])
  const cell = cellWidth(width - name, columns.length)
  useLayoutEffect(() => {
    box.current!.style.setProperty('--cell', `${cell}px`)
    box.current!.style.setProperty('--name', `${name}px`)
  }, [cell, name])

  return (
    <>
      <div
        ref={box}
        class={`rows ${view}`}
        role="table"
        aria-label="Hosts and their tasks"
        aria-rowcount={hosts.length}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setSpot(undefined)}
      >
        <div class="head" role="presentation">
          {view === 'tasks' ? (
            <ColumnHead run={run} columns={columns} spot={spot} />
          ) : (
            <Axis endMs={run.endMs} />
          )}
        </div>
        <div class="body" role="rowgroup" style={{ height: `${hosts.length * rowHeight}px` }}>
          {hosts.slice(first, last).map((host, offset) => (
            <HostRow
              key={host.name}
              {...{ run, host, columns, view, cell, setSpot }}
              position={first + offset}
              isActive={first + offset === current}
              onFocus={() => setActive(first + offset)}
            />
          ))}
        </div>
      </div>
      <p class="spot wide" aria-hidden="true">
        {spot
          ? spotText(spot, run)
          : view === 'tasks'
            ? 'Point at a cell to see its task; a click opens it.'
            : ''}
      </p>
    </>
  )
}

/** In pixels, for most names whole. */
function nameWidth({ hosts }: Run): number {
  const longest = hosts.reduce((most, host) => Math.max(most, host.name.length), 0)
  return Math.max(140, Math.min(320, 45 + longest * 8))
}

/** Of result and duration, and a margin: 15.2 rem of 15 px each. */
const besideName = 250

/** As wide as there is room for. */
function cellWidth(width: number, columns: number): number {
  return Math.max(9, Math.min(20, Math.floor((width - besideName) / Math.max(1, columns))))
}

function spotText({ host, column }: Spot, { data }: Run): string {
  const { title, where } = data.columns[column]!
  return `${host.name}   ${title}${where ? `   ${where}` : ''}`
}
