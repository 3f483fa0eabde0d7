// Connections to jump hosts, one for all who go the same way, closed when the last of them is done.

import { type Login, logOut } from './login.ts'

export type Way = { readonly login: Login; readonly release: () => void }

export type JumpPool = {
  /** The connection known as `id`, made by `connect` if nobody uses one now. The taker releases it, once. */
  readonly take: (id: string, connect: () => Promise<Way>) => Promise<Way>
}

type Entry = { readonly way: Promise<Way>; users: number }

export function jumpPool(): JumpPool {
  const entries = new Map<string, Entry>()

  async function take(id: string, connect: () => Promise<Way>): Promise<Way> {
    const entry = entries.get(id) ?? add(id, connect)
    entry.users += 1
    const { login } = await entry.way
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      entry.users -= 1
      if (entry.users === 0) drop(id, entry)
    }
    return { login, release }
  }

  function add(id: string, connect: () => Promise<Way>): Entry {
    const entry: Entry = { way: connect(), users: 0 }
    const forget = () => {
      if (entries.get(id) === entry) entries.delete(id)
    }
    entries.set(id, entry)
    entry.way.then(({ login }) => login.client.on('close', forget), forget)
    return entry
  }

  function drop(id: string, entry: Entry): void {
    if (entries.get(id) === entry) entries.delete(id)
    entry.way.then(
      ({ login, release }) => logOut(login).then(release),
      () => {},
    )
  }

  return { take }
}
