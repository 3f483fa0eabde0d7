// Runs at most so many things at once; the others wait in order.

export type Pool = <T>(work: () => Promise<T>) => Promise<T>

export function createPool(size: number): Pool {
  let running = 0
  const waiting: (() => void)[] = []
  const release = () => {
    running -= 1
    waiting.shift()?.()
  }
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    try {
      return await work()
    } finally {
      release()
    }
  }
}
