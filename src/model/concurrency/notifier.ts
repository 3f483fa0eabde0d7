// Wakes everything that waits for the next notification.

type Notifier = {
  readonly notify: () => void
  /** Resolves at the next `notify`. */
  readonly next: () => Promise<void>
}

export function createNotifier(): Notifier {
  let waiting: (() => void)[] = []
  return {
    notify: () => {
      for (const resolve of waiting) resolve()
      waiting = []
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
  }
}
