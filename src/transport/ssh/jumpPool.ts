// Connections to jump hosts, one for all who go the same way, closed when the last of them is done.

import { type Login, logOut } from './login.ts'

export type LoginHandle = { readonly login: Login; readonly release: () => void }

export type JumpPool = {
  /** The connection known as `id`, made by `connect` if nobody uses one now. The taker releases it, once. */
  readonly acquire: (id: string, connect: () => Promise<LoginHandle>) => Promise<LoginHandle>
}

type Entry = { readonly handle: Promise<LoginHandle>; users: number }

export function createJumpPool(): JumpPool {
  const entries = new Map<string, Entry>()

  async function take(id: string, connect: () => Promise<LoginHandle>): Promise<LoginHandle> {
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

  return { acquire: take }
}
