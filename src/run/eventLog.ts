// Keeps the events of a run for any number of iterators, which may begin at any time.

import type { StreamEvent } from '../model/run/streamEvent.ts'

type EventLog = {
  readonly add: (event: StreamEvent) => void
  readonly end: () => void
  /** Iterators throw it after the last event. */
  readonly fail: (thrown: unknown) => void
  /** From the first event on. */
  readonly iterator: () => AsyncIterator<StreamEvent, undefined>
}

export function eventLog(): EventLog {
  const events: StreamEvent[] = []
  let ending: { readonly thrown?: unknown } | undefined
  let wake: () => void = () => {}
  let more = new Promise<void>((resolve) => (wake = resolve))
  const wakeAll = () => {
    wake()
    more = new Promise<void>((resolve) => (wake = resolve))
  }
  const endWith = (end: { readonly thrown?: unknown }) => {
    ending = end
    wakeAll()
  }
  return {
    add: (event) => {
      events.push(event)
      wakeAll()
    },
    end: () => endWith({}),
    fail: (thrown) => endWith({ thrown }),
    iterator: () => {
      let index = 0
      return {
        next: async () => {
          while (index >= events.length && !ending) await more
          if (index < events.length) return { done: false, value: events[index++]! }
          if (ending && 'thrown' in ending) throw ending.thrown
          return { done: true, value: undefined }
        },
        return: async () => ({ done: true, value: undefined }),
      }
    },
  }
}
