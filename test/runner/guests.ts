// Runs test files on hosts with SELinux, each file on a fresh one.

import { availableParallelism, totalmem } from 'node:os'
import { logToStderr } from '../../lab/machine/log.ts'
import { hasImage, prepareGuests, whyNoGuest, withGuest } from '../../lab/selinux/guests.ts'

/** With what qemu translates, the changes of its disk, and the tests. */
const bytesOfGuest = 3e9

type Env = { readonly [name: string]: string }
type Work = {
  /** For CI: runs nothing, and fails nothing, where no image is made yet, no host comes up, or ten minutes are over. */
  readonly isOnlyIfCached: boolean
  readonly run: (file: string, env: Env) => Promise<void>
  readonly leaveOut: (files: readonly string[], why: string, isFailure: boolean) => void
}

/** It takes as long as all others on one host, which a fresh clone has not measured. */
const longest = ['selinux/site.test.js']

/** Two run beside one another, where this machine has a processor and memory for each. */
export async function runOnGuests(files: readonly string[], work: Work): Promise<void> {
  if (files.length === 0) return
  const { isOnlyIfCached, run, leaveOut } = work
  const why = await whyNoGuest()
  if (why)
    return leaveOut(files, `no host with SELinux: ${why}`, process.env.CI !== undefined && !isOnlyIfCached)
  if (isOnlyIfCached && !(await hasImage()))
    return leaveOut(files, 'its image is not made yet: npm run selinux makes it', false)
  const log = logToStderr()
  const folders = await prepareGuests(log).catch((error: Error) =>
    leaveOut(files, error.message, !isOnlyIfCached),
  )
  if (!folders) return
  const lateMs = Date.now() + 600_000
  const queue = [...files].sort((a, b) => Number(longest.includes(b)) - Number(longest.includes(a)))
  const runNext = async (slot: number) => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const name = file
      if (isOnlyIfCached && Date.now() > lateMs) {
        leaveOut([name], 'this machine is busy: the tests before it took more than ten minutes', false)
        continue
      }
      await withGuest(folders, slot, log, (guest) =>
        run(name, { RUN_PLAYBOOK_SELINUX_GUEST: JSON.stringify(guest) }),
      ).catch((error: Error) => leaveOut([name], error.message, !isOnlyIfCached))
    }
  }
  const slots = Math.min(2, availableParallelism(), Math.max(1, Math.floor(totalmem() / bytesOfGuest)))
  await Promise.all(Array.from({ length: slots }, (_, index) => runNext(index + 1)))
}
