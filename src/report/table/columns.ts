// Lines up the tasks of many hosts: a line of a playbook is one column.

import type { SourceLocation } from '../../model/errors/location.ts'
import type { EventOf } from '../../model/run/event.ts'

export type Column = {
  /** Without what differs between hosts: `directory /srv/…`. */
  title: string
  readonly isHandler: boolean
  readonly where: SourceLocation | undefined
}

export type ColumnList = {
  /** In the order in which hosts come to them. */
  readonly all: () => readonly Column[]
  /** A host begins from its first task on. */
  readonly begin: (host: string) => void
  readonly of: (event: EventOf<'taskEnd' | 'retry'>) => Column
}

type Place = {
  readonly seen: Map<string, number>
  readonly byIndex: Map<string, Column>
  last: Column | undefined
}

export function createColumns(): ColumnList {
  const columns: Column[] = []
  const known = new Map<string, Column>()
  const places = new Map<string, Place>()
  const insert = (column: Column, after: Column | undefined) =>
    columns.splice(after ? columns.indexOf(after) + 1 : 0, 0, column)
  return {
    all: () => columns,
    begin: (host) => places.delete(host),
    of: ({ host, task, index }) => {
      const place = places.get(host) ?? { seen: new Map(), byIndex: new Map(), last: undefined }
      places.set(host, place)
      // A block is tried again: the same tasks, with the same indices.
      const indexKey = `${index} ${task.isHandler} ${task.title}`
      const again = place.byIndex.get(indexKey)
      if (again) {
        place.last = again
        return again
      }
      const { file, line = '' } = task.where ?? {}
      const line0 = [task.isHandler, task.name, file ?? task.title, line].join('\0')
      const count = (place.seen.get(line0) ?? 0) + 1
      place.seen.set(line0, count)
      const key = `${line0}\0${count}`
      const column = known.get(key) ?? { title: task.title, isHandler: task.isHandler, where: task.where }
      if (!known.has(key)) insert(column, place.last)
      known.set(key, column)
      if (column.title !== task.title && column.title !== task.name)
        column.title = commonTitle(column.title, task.title) || task.name
      place.byIndex.set(indexKey, column)
      place.last = column
      return column
    },
  }
}

/** `file /srv/web-01/a` and `file /srv/web-02/a` are `file /srv/…/a`; empty where nothing is common. */
function commonTitle(one: string, other: string): string {
  const [head, tail] = one.includes('…') ? (one.split('…', 2) as [string, string]) : [one, one]
  const max = Math.min(head.length, other.length)
  let from = 0
  while (from < max && head[from] === other[from]) from += 1
  let to = 0
  while (
    to < Math.min(tail.length, other.length - from, one.length - from) &&
    tail.at(-1 - to) === other.at(-1 - to)
  )
    to += 1
  const title = `${wordsOnly(other.slice(0, from), /[^\s/=.:,]*$/)}…${wordsOnly(other.slice(other.length - to), /^[^\s/=.:,]*/)}`
  return title.replace('…', '').trim() === '' ? '' : title
}

/** No half words at the edge. */
function wordsOnly(text: string, half: RegExp): string {
  return text.replace(half, '')
}
