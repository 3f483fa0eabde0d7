// Watches running steps: kills those that time out, and passes on the lines they print.

import type { PlannedTask } from '../plan/plannedTask.ts'
import type { HostSession } from '../session/hostSession.ts'
import type { TripObserver } from '../session/trip.ts'

/** Called with each line that a step prints while it runs. */
export type OnLine = (stream: 'stdout' | 'stderr', line: string) => void

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

/** Passes on the lines of steps that run longer than a second. */
export function lineEmitter(
  steps: number,
  onLine: OnLine,
): { partial: NonNullable<TripObserver['partial']>; started: (index: number) => void; stop: () => void } {
  const rest = { stdout: '', stderr: '' }
  let startedAt = Number.POSITIVE_INFINITY
  let latest: { readonly stream: 'stdout' | 'stderr'; readonly line: string } | undefined
  let timer: NodeJS.Timeout | undefined
  const isLong = () => performance.now() - startedAt >= 1000
  return {
    started: () => {
      startedAt = performance.now()
      rest.stdout = ''
      rest.stderr = ''
      latest = undefined
      clearTimeout(timer)
      timer = setTimeout(() => latest && onLine(latest.stream, latest.line), 1000)
    },
    partial: (index, stream, bytes) => {
      if (index >= steps) return
      const lines = (rest[stream] + bytes.toString('utf8')).split(/[\r\n]+/)
      rest[stream] = lines.pop()!.slice(-longestLine)
      for (const line of lines.filter((each) => each.trim() !== '')) {
        latest = { stream, line }
        if (isLong()) onLine(stream, line)
      }
    },
    stop: () => clearTimeout(timer),
  }
}
