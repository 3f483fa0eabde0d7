// Reports to machines: one JSON object a line on stdout.

import type { StreamEvent } from '../model/run/streamEvent.ts'
import { eventStream, type StreamOptions } from './eventStream.ts'
import type { Reporter } from './output/reporterTypes.ts'
import type { Sink } from './output/sink.ts'

type JsonlOptions = StreamOptions & { readonly sink: Sink }

/** Writes each event of the stream (docs/events.md) as one object a line. Fields without a value are left out. */
export function createJsonlReporter({ sink, ...options }: JsonlOptions): Required<Reporter> {
  const stream = eventStream(options)
  const write = (events: readonly StreamEvent[]) => {
    for (const event of events) sink.write(`${safeJson(event)}\n`)
  }
  return {
    handle: (event) => {
      if (sink.isOpen()) write(stream.of(event))
    },
    fail: (thrown) => write(stream.ofError(thrown)),
    close: () => sink.flush(),
  }
}

/** JSON escapes no DEL, C1 or bidi characters, which a terminal would obey; escaped they mean the same. */
function safeJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
