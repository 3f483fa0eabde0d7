// FIFO concurrency limiter.

/**
 * Runs work once there is room for it; `onWait` is called if it cannot start at once. Work that waits for other work may
 * give up its room.
 */
export type Limiter = <T>(work: (giveUpRoom: () => void) => Promise<T>, onWait?: () => void) => Promise<T>

/** Runs at most `size` pieces of work at once; the others wait in order. */
export function createLimiter(size: number): Limiter {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work, onWait) => {
    if (running < size) running += 1
    else {
      onWait?.()
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    let hasRoom = true
    const giveUpRoom = () => {
      if (!hasRoom) return
      hasRoom = false
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
    try {
      return await work(giveUpRoom)
    } finally {
      giveUpRoom()
    }
  }
}
