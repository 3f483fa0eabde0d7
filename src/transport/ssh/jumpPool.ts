// Shares connections to jump hosts, and closes each with its last user.

import type { Login } from './handshake.ts'
import { logOut } from './login.ts'

/** A login, and what to call once it is no longer used. */
export type LoginHandle = { readonly login: Login; readonly release: () => void }

export type JumpPool = {
  /** The login with this `id`, made by `connect` if there is none. Whoever acquires it releases it once. */
  readonly acquire: (id: string, connect: () => Promise<LoginHandle>) => Promise<LoginHandle>
}

type Entry = { readonly handle: Promise<LoginHandle>; users: number }

export function createJumpPool(): JumpPool {
  const entries = new Map<string, Entry>()

  async function acquire(id: string, connect: () => Promise<LoginHandle>): Promise<LoginHandle> {
    const entry = entries.get(id) ?? add(id, connect)
    entry.users += 1
    const { login } = await entry.handle
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      entry.users -= 1
      if (entry.users === 0) drop(id, entry)
    }
    return { login, release }
  }

  function add(id: string, connect: () => Promise<LoginHandle>): Entry {
    const entry: Entry = { handle: connect(), users: 0 }
    const forget = () => {
      if (entries.get(id) === entry) entries.delete(id)
    }
    entries.set(id, entry)
    entry.handle.then(({ login }) => login.client.on('close', forget), forget)
    return entry
  }

  function drop(id: string, entry: Entry): void {
    if (entries.get(id) === entry) entries.delete(id)
    entry.handle.then(
      ({ login, release }) => logOut(login).then(release),
      () => {},
    )
  }

  return { acquire }
}
