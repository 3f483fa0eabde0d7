// Splits the two output streams of a trip into one output per entry.

import type { Output } from '../model/probe.ts'

export type FrameHandlers = {
  /** An entry is complete on both streams. `undefined`: it was skipped because an earlier step failed. */
  readonly entry: (index: number, output: Output | undefined) => void
  /** A step has started, as the leader of process group `pid`. */
  readonly started?: (index: number, pid: number) => void
  /** The process id of the shell itself, in its first trip. */
  readonly shellStarted?: (pid: number) => void
  /** A step has left processes running that may still write to the streams. */
  readonly leftRunning?: () => void
  /** Bytes of an entry that is not complete. */
  readonly partial?: (index: number, stream: StreamName, bytes: Buffer) => void
  /** Whether the middle of an entry's output may be dropped when it is very long: a build may print gigabytes. */
  readonly isTruncatable?: (index: number) => boolean
}

/** How many bytes are kept of the beginning and of the end of a truncatable output. */
const truncationBytes = 4 * 1024 * 1024

type StreamName = 'stdout' | 'stderr'

type FrameReader = { readonly push: (stream: StreamName, bytes: Buffer) => void }

/** Reads frames closed by `\n<marker> <index> <code>\n` on stdout and `\n<marker> <index>\n` on stderr. */
export function frameReader(marker: string, handlers: FrameHandlers): FrameReader {
  const closed = { stdout: new Map<number, Closed>(), stderr: new Map<number, Closed>() }
  const complete = (index: number) => {
    const out = closed.stdout.get(index)
    const err = closed.stderr.get(index)
    if (!out || !err) return
    closed.stdout.delete(index)
    closed.stderr.delete(index)
    const output = { stdout: out.body, stderr: err.body, code: Number(out.rest) }
    handlers.entry(index, out.rest === 'skip' ? undefined : output)
  }
  const readers = Object.fromEntries(
    (['stdout', 'stderr'] as const).map((stream) => [
      stream,
      streamReader(marker, {
        closed: (index, part) => {
          closed[stream].set(index, part)
          complete(index)
        },
        started: (index, pid) => handlers.started?.(index, pid),
        shellStarted: (pid) => handlers.shellStarted?.(pid),
        leftRunning: () => handlers.leftRunning?.(),
        partial: (index, bytes) => handlers.partial?.(index, stream, bytes),
        isTruncatable: (index) => handlers.isTruncatable?.(index) ?? false,
      }),
    ]),
  ) as Record<StreamName, (bytes: Buffer) => void>
  return { push: (stream, bytes) => readers[stream](bytes) }
}

type Closed = { readonly body: Buffer; readonly rest: string }

type StreamHandlers = {
  readonly closed: (index: number, part: Closed) => void
  readonly started: (index: number, pid: number) => void
  readonly shellStarted: (pid: number) => void
  readonly leftRunning: () => void
  readonly partial: (index: number, bytes: Buffer) => void
  readonly isTruncatable: (index: number) => boolean
}

function streamReader(marker: string, handlers: StreamHandlers): (bytes: Buffer) => void {
  const needle = Buffer.from(`\n${marker} `)
  let body = outputBuffer()
  let carry: Buffer = Buffer.alloc(0)
  let index = 0
  const keep = (bytes: Buffer) => {
    if (bytes.length === 0) return
    body.add(bytes, handlers.isTruncatable(index))
    handlers.partial(index, bytes)
  }
  const record = (text: string) => {
    const [word, rest = ''] = text.split(' ')
    if (word === 'p') return handlers.started(index, Number(rest))
    if (word === 's') return handlers.shellStarted(Number(rest))
    if (word === 'l') return handlers.leftRunning()
    handlers.closed(Number(word), { body: body.whole(), rest })
    body = outputBuffer()
    index = Number(word) + 1
  }
  return (bytes) => {
    let rest = carry.length === 0 ? bytes : Buffer.concat([carry, bytes])
    for (;;) {
      const at = rest.indexOf(needle)
      const end = at < 0 ? -1 : rest.indexOf('\n', at + needle.length)
      if (end < 0) {
        const safe = at < 0 ? Math.max(0, rest.length - needle.length + 1) : at
        keep(rest.subarray(0, safe))
        carry = rest.subarray(safe)
        return
      }
      keep(rest.subarray(0, at))
      record(rest.subarray(at + needle.length, end).toString('latin1'))
      rest = rest.subarray(end + 1)
    }
  }
}

/** Collects an output. The middle of a long truncatable one is replaced by a note. */
function outputBuffer(): {
  readonly add: (bytes: Buffer, isEndEnough: boolean) => void
  readonly whole: () => Buffer
} {
  const first: Buffer[] = []
  let last: Buffer[] = []
  let firstBytes = 0
  let lastBytes = 0
  let omitted = 0
  return {
    add: (bytes, isEndEnough) => {
      if (!isEndEnough || firstBytes < truncationBytes) {
        first.push(bytes)
        firstBytes += bytes.length
        return
      }
      last.push(Buffer.from(bytes)) // a copy, because a slice would keep its whole packet in memory
      lastBytes += bytes.length
      if (lastBytes < 2 * truncationBytes) return
      const joined = Buffer.concat(last)
      omitted += joined.length - truncationBytes
      last = [joined.subarray(joined.length - truncationBytes)]
      lastBytes = truncationBytes
    },
    whole: () => {
      const gap = omitted > 0 ? [Buffer.from(`\n… ${omitted} bytes omitted …\n`)] : []
      return Buffer.concat([...first, ...gap, ...last])
    },
  }
}
