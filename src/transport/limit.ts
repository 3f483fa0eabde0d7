// So many at once: the others wait in the order in which they came.

export type Limiter = <T>(work: () => Promise<T>) => Promise<T>

/** Runs at most `most` pieces of work at once. */
export function limiter(most: number): Limiter {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running < most) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
