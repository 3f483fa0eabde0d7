// Takes the lock of a session's host along with its first steps.

import type { BecomeUser } from '../../model/become.ts'
import type { Output } from '../../model/probe.ts'
import type { RunEvent } from '../../model/run/event.ts'
import { type LockAnswer, lockAnswer, lockEntry } from '../../wire/hostLock.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import { type LockOptions, WaitedForLock, waitForLock } from './hostLock.ts'
import type { TripOptions } from './trip.ts'

type User = BecomeUser | undefined

/** An open shell, and whose it is. */
export type LockShell = { readonly user: User; readonly userName: string }

type Shells = {
  readonly send: (
    user: User,
    entries: readonly ScriptEntry[],
    options: TripOptions,
  ) => Promise<(Output | undefined)[]>
  readonly shell: (user: User) => Promise<LockShell>
  readonly shells: () => Promise<readonly LockShell[]>
}

type SessionLockOptions = {
  readonly host: string
  readonly lock?: LockOptions
  readonly emit: (event: RunEvent) => void
  readonly signal?: AbortSignal
}

/**
 * The lock is held by a shell until it ends. Root's lock is for all users, so a run that works as root on the host takes
 * only that one.
 */
export class SessionLock {
  readonly #options: SessionLockOptions
  readonly #shells: Shells
  readonly #held = new Set<LockShell>()
  #isUnlockable = false

  constructor(options: SessionLockOptions, shells: Shells) {
    this.#options = options
    this.#shells = shells
  }

  isHeldBy(shell: LockShell): boolean {
    return this.#held.has(shell)
  }

  /** A shell has ended, or all of them have. */
  forget(shell?: LockShell): void {
    if (shell) this.#held.delete(shell)
    else this.#held.clear()
  }

  /** A trip with steps. If this user's shell has yet to take the lock, it does so first. */
  async trip(
    user: User,
    entries: readonly ScriptEntry[],
    options: TripOptions,
  ): Promise<(Output | undefined)[]> {
    const locker = await this.#locker(user)
    if (locker && locker === (await this.#shells.shell(user))) {
      const [answer, ...outputs] = await this.#shells.send(
        user,
        [this.#entry(), ...entries],
        afterFirst(options),
      )
      if (this.#noted(locker, answer).kind !== 'busy') return outputs
      await this.#wait(locker, options)
    } else await this.take(user, options)
    return this.#shells.send(user, entries, options)
  }

  /** Takes the lock with a trip of its own, if steps of this user need it. @throws E_LOCKED, WaitedForLock */
  async take(user: User, options: Pick<TripOptions, 'isPlanned'>): Promise<void> {
    const locker = await this.#locker(user)
    if (locker && (await this.#attempt(locker)).kind === 'busy') await this.#wait(locker, options)
  }

  async #wait(locker: LockShell, { isPlanned }: Pick<TripOptions, 'isPlanned'>): Promise<void> {
    const { host, emit, signal, lock } = this.#options
    await waitForLock({ host, emit, signal, lock: lock! }, () => this.#attempt(locker))
    if (isPlanned) throw new WaitedForLock(host)
  }

  async #attempt(locker: LockShell): Promise<LockAnswer> {
    const [answer] = await this.#shells.send(locker.user, [this.#entry()], {})
    return this.#noted(locker, answer)
  }

  #entry(): ScriptEntry {
    const { holder, folder } = this.#options.lock!
    return lockEntry(holder, folder)
  }

  #noted(locker: LockShell, output: Output | undefined): LockAnswer {
    const answer = lockAnswer(output!)
    if (answer.kind === 'taken') this.#held.add(locker)
    if (answer.kind === 'unlockable' && !this.#isUnlockable) {
      this.#isUnlockable = true
      const message = `${this.#options.host} has no lock against other runs that change it at the same time: ${answer.reason}.`
      this.#options.emit({ kind: 'warning', message })
    }
    return answer
  }

  /** The shell that has to take the lock before steps of a user; undefined: it is held, or there is none. */
  async #locker(user: User): Promise<LockShell | undefined> {
    if (!this.#options.lock || this.#isUnlockable) return undefined
    const held = [...this.#held].map(({ userName }) => userName)
    if (held.includes('root')) return undefined
    const own = await this.#shells.shell(user)
    const root = (await this.#shells.shells()).find(({ userName }) => userName === 'root')
    return root ?? (held.includes(own.userName) ? undefined : own)
  }
}

/** For a trip whose first entry is not the caller's. */
function afterFirst({ started, ended, partial, ...options }: TripOptions): TripOptions {
  return {
    ...options,
    started: (index, pid) => started?.(index - 1, pid),
    ended: (index, output) => index > 0 && ended?.(index - 1, output),
    partial: (index, stream, bytes) => index > 0 && partial?.(index - 1, stream, bytes),
  }
}
