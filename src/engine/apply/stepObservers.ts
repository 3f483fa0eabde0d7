// Watches running steps: kills those that time out, and passes on the lines they print.

import type { PlannedTask } from '../plan/plannedTask.ts'
import type { HostSession } from '../session/hostSession.ts'
import type { TripObserver } from '../session/trip.ts'

/** Called with each line that a step prints while it runs. */
export type OnLine = (stream: 'stdout' | 'stderr', line: string) => void

/** Quicker steps are over before anyone has read what they write. */
const longMs = 300

/** Called with how many bytes of a file have been transferred, and how many there are where that is known. */
export type OnBytes = (bytes: number, total: number | undefined) => void

/** Passes on how far a transfer is, a few times a second, where it takes longer than `longMs`. */
export function byteCounter(onBytes: OnBytes): (added: number, total: number | undefined) => void {
  let bytes = 0
  let reportedAt = performance.now()
  return (added, total) => {
    bytes += added
    if (performance.now() - reportedAt < longMs) return
    reportedAt = performance.now()
    onBytes(bytes, total)
  }
}

/** Kills a step that runs longer than the task's `timeout`. */
export function stepTimer(
  session: HostSession,
  { task, target }: PlannedTask,
): { started: (pid: number, limit?: number) => void; ended: () => void; hasExpired: () => boolean } {
  let timer: NodeJS.Timeout | undefined
  let hasExpired = false
  const expire = (pid: number) => {
    hasExpired = true
    session.kill({ user: target.user, pid }).catch(() => {})
  }
  return {
    started: (pid, limit) => {
      clearTimeout(timer)
      const { timeout = Number.POSITIVE_INFINITY } = task.options
      const seconds = Math.min(timeout, limit ?? timeout)
      if (Number.isFinite(seconds)) timer = setTimeout(() => expire(pid), seconds * 1000)
    },
    ended: () => clearTimeout(timer),
    hasExpired: () => hasExpired,
  }
}

/** How many characters of an unfinished line are kept: a progress bar may never end its line. */
const longestLine = 16 * 1024

const bytesLine = /^rp_bytes (\d+)(?: (\d+))?\s*$/

/** The standard error of a step without the lines that say how far its transfer is. */
export function withoutBytesLines(stderr: Buffer): Buffer {
  const lines = stderr.toString('latin1').split('\n')
  return Buffer.from(lines.filter((line) => !bytesLine.test(line)).join('\n'), 'latin1')
}

/** Passes on the lines of steps that run longer than `longMs`, and the bytes of those that count them. */
export function lineEmitter(
  /** For each step whether it counts bytes. */
  counting: readonly boolean[],
  onLine: OnLine,
  onBytes: OnBytes,
): { partial: NonNullable<TripObserver['partial']>; started: (index: number) => void; stop: () => void } {
  const rest = { stdout: '', stderr: '' }
  let startedAt = Number.POSITIVE_INFINITY
  let latest: { readonly stream: 'stdout' | 'stderr'; readonly line: string } | undefined
  let timer: NodeJS.Timeout | undefined
  const isLong = () => performance.now() - startedAt >= longMs
  return {
    started: () => {
      startedAt = performance.now()
      rest.stdout = ''
      rest.stderr = ''
      latest = undefined
      clearTimeout(timer)
      timer = setTimeout(() => latest && onLine(latest.stream, latest.line), longMs)
    },
    partial: (index, stream, bytes) => {
      if (index >= counting.length) return
      const lines = (rest[stream] + bytes.toString('utf8')).split(/[\r\n]+/)
      rest[stream] = lines.pop()!.slice(-longestLine)
      for (const line of lines.filter((each) => each.trim() !== '')) {
        const [, done, total] = (counting[index] && bytesLine.exec(line)) || []
        if (done !== undefined) {
          onBytes(Number(done), total === undefined ? undefined : Number(total))
          continue
        }
        latest = { stream, line }
        if (isLong()) onLine(stream, line)
      }
    },
    stop: () => clearTimeout(timer),
  }
}
