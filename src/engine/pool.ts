// Runs at most so many things at once; the others wait in order.

/** `onWait` is told when the work cannot begin at once. */
export type Pool = <T>(work: () => Promise<T>, onWait?: () => void) => Promise<T>

export function createPool(size: number): Pool {
  let running = 0
  const waiting: (() => void)[] = []
  const release = () => {
    running -= 1
    waiting.shift()?.()
  }
  return async (work, onWait) => {
    if (running >= size) {
      onWait?.()
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
    try {
      return await work()
    } finally {
      release()
    }
  }
}
