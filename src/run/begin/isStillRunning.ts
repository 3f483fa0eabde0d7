// Checks whether the process of a run is still alive.

import { readFileSync } from 'node:fs'

/** Linux reports start times of processes in hundredths of a second on every machine. */
const ticksPerSecond = 100

/**
 * Whether a process with this ID is alive and started no later than the run, because IDs are reused, in containers soon.
 * Without /proc, being alive is enough.
 */
export function isStillRunning(processId: number, startedAt: Date): boolean {
  if (processId === process.pid || !isAlive(processId)) return false
  const begunAt = startTimeOf(processId)
  return begunAt === undefined || begunAt <= startedAt.getTime() + 1000
}

/** EPERM means that the process belongs to another user. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Milliseconds since 1970 (proc(5): starttime is field 22, the 20th after the name in parentheses). */
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
