// Who may change when: the hosts of a play in batches, each batch after the one before has ended.

/** A host's place in the order of a play. */
export type Turn = {
  /** true: nobody is before it. */
  readonly isOpen: boolean
  /** The hosts it waits for. */
  readonly waitsFor: readonly string[]
  /** Resolves when its batch may change. */
  readonly come: Promise<void>
  /** Tells whether another host has changed something since `mark` was taken. */
  readonly hasOtherChangedSince: (mark: number) => boolean
  readonly mark: () => number
  readonly noteChange: () => void
  readonly done: () => void
}

/** A turn for each host of the batches. */
export function createTurns(batches: readonly (readonly string[])[]): Map<string, Turn> {
  const changes: string[] = []
  let previous: { readonly hosts: readonly string[]; readonly end: Promise<void> } = {
    hosts: [],
    end: Promise.resolve(),
  }
  const turns = new Map<string, Turn>()
  for (const [at, batch] of batches.entries()) {
    const { promise: end, done } = countdown(batch.length)
    const { hosts: waitsFor, end: come } = previous
    for (const host of batch) {
      turns.set(host, {
        isOpen: at === 0,
        waitsFor,
        come,
        mark: () => changes.length,
        hasOtherChangedSince: (mark) => changes.slice(mark).some((other) => other !== host),
        noteChange: () => changes.push(host),
        done,
      })
    }
    previous = { hosts: batch, end }
  }
  return turns
}

function countdown(count: number): { promise: Promise<void>; done: () => void } {
  let left = count
  let resolve: () => void = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return {
    promise,
    done: () => {
      left -= 1
      if (left === 0) resolve()
    },
  }
}
