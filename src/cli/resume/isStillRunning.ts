// Whether the process that made a run is still there.

import { readFileSync } from 'node:fs'

/** Linux counts the starts of processes in hundredths of a second, whatever the machine. */
const ticksPerSecond = 100

/**
 * Whether a process of that number is alive and began no later than the run: a number is used again, in containers
 * soon. Where /proc does not tell when it began, being alive is enough.
 */
export function isStillRunning(processId: number, startedAt: Date): boolean {
  if (processId === process.pid || !isAlive(processId)) return false
  const begunAt = startTimeOf(processId)
  return begunAt === undefined || begunAt <= startedAt.getTime() + 1000
}

/** Of another user's process we may know no more than that. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** In milliseconds since 1970 (proc(5): starttime is the 22nd field, the 20th behind the name in brackets). */
function startTimeOf(processId: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
    const begun = Date.now() - uptime * 1000 + (Number(fields[19]) / ticksPerSecond) * 1000
    return Number.isFinite(begun) ? begun : undefined
  } catch {
    return undefined
  }
}
