// The lock of a host: one run at a time changes it.

import { delay } from '../../model/concurrency/delay.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { RunEvent } from '../../model/run/event.ts'
import type { LockAnswer, LockHolder } from '../../wire/hostLock.ts'

/** How a run takes the locks of hosts. */
export type LockOptions = {
  /** What to do while another run changes the host. */
  readonly mode: 'wait' | 'fail'
  /** Seconds until it gives up waiting. */
  readonly timeout: number
  /** This run. */
  readonly holder: LockHolder
  /** Root's folder for the lock on the host. Default /run/run-playbook. */
  readonly folder?: string
}

/** Thrown once the lock is taken after a wait: the other run may have changed what was probed. */
export class WaitedForLock extends PlaybookError {
  constructor(host: string) {
    super('E_LOCKED', `Another run has just changed ${host}.`, 'Run it again.')
  }
}

type WaitOptions = {
  readonly host: string
  readonly lock: LockOptions
  readonly emit: (event: RunEvent) => void
  readonly signal?: AbortSignal
}

const firstPauseMs = 250
const pauseMs = 1000

/**
 * Takes the lock of a host that another run has, as soon as it is free.
 *
 * @param take tries once
 * @throws PlaybookError E_LOCKED, which names the other run, at once with `fail` or after the timeout
 */
export async function waitForLock(
  { host, lock, emit, signal }: WaitOptions,
  take: () => Promise<LockAnswer>,
): Promise<void> {
  const deadline = performance.now() + lock.timeout * 1000
  let isShown = false
  for (let ms = firstPauseMs; ; ms = pauseMs) {
    // The holder may just be starting or ending, so it is checked twice before anything is shown.
    await delay(ms, signal)
    const answer = await take()
    if (answer.kind !== 'busy') return
    const text = `${host} is being changed by ${holderText(answer.by)}`
    if (lock.mode === 'fail' || signal?.aborted) throw lockedError(text)
    if (performance.now() >= deadline) throw lockedError(`${text}. Waited ${lock.timeout} s for it`)
    if (isShown) continue
    isShown = true
    emit({ kind: 'warning', message: `${text}; waiting for it to end, at most ${lock.timeout} s.` })
  }
}

function lockedError(message: string): PlaybookError {
  return new PlaybookError('E_LOCKED', `${message}.`, {
    hint: 'Run again when it has ended. --lock-timeout sets how long to wait; --lock off changes the host at the same time.',
  })
}

function holderText(holder: LockHolder | undefined): string {
  return holder ? `${holder.name}, since ${timeText(new Date(holder.since))}` : 'another run'
}

/** `12:03`, with the date if it is not today's. */
function timeText(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  if (time.toDateString() === new Date().toDateString()) return clock
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`
}
