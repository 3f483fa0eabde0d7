// Follows which rows of a scrolled box are in view.

import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** More rows than are in sight, so that quick scrolling shows no gaps. */
const margin = 12

type Sight = {
  readonly first: number
  readonly last: number
  /** Of the box. */
  readonly width: number
}

/** All rows while the page is printed. */
export function useSight(box: RefObject<HTMLDivElement | null>, rows: number, rowHeight: number): Sight {
  const [sight, setSight] = useState<Sight>({ first: 0, last: 40, width: 1000 })
  const [isPrinted, setPrinted] = useState(false)
  useEffect(() => {
    const element = box.current!
    const look = () => {
      const top = Math.floor(element.scrollTop / rowHeight)
      const height = Math.ceil(Math.max(element.clientHeight, 300) / rowHeight)
      const first = Math.max(0, top - margin)
      const next = { first: first - (first % 4), last: top + height + margin, width: element.clientWidth }
      setSight((last) => (isEqual(last, next) ? last : next))
    }
    const resized = new ResizeObserver(look)
    resized.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [rows, rowHeight])
  useEffect(() => {
    const [begin, end] = [() => setPrinted(true), () => setPrinted(false)]
    addEventListener('beforeprint', begin)
    addEventListener('afterprint', end)
    const paper = matchMedia('print')
    const change = () => setPrinted(paper.matches)
    paper.addEventListener('change', change)
    return () => {
      paper.removeEventListener('change', change)
      removeEventListener('beforeprint', begin)
      removeEventListener('afterprint', end)
    }
  }, [])
  return isPrinted ? { ...sight, first: 0, last: rows } : { ...sight, last: Math.min(rows, sight.last) }
}

function isEqual(one: Sight, other: Sight): boolean {
  return one.first === other.first && one.last === other.last && one.width === other.width
}
