// Lets the hosts of a play change in batches, each after the one before has ended.

export type BatchGate = {
  /** true: there is no batch before it. */
  readonly isFirst: boolean
  /** The hosts it waits for. */
  readonly waitsFor: readonly string[]
  /** Resolves when its batch may change. */
  readonly ready: Promise<void>
  /** Whether another host has changed something since `revision` was read. */
  readonly hasOtherChangedSince: (revision: number) => boolean
  readonly revision: () => number
  readonly recordChange: () => void
  readonly done: () => void
}

/** A gate for each host, by name. */
export function createBatchGates(batches: readonly (readonly string[])[]): Map<string, BatchGate> {
  const changes: string[] = []
  let previous: { readonly hosts: readonly string[]; readonly end: Promise<void> } = {
    hosts: [],
    end: Promise.resolve(),
  }
  const gates = new Map<string, BatchGate>()
  for (const [at, batch] of batches.entries()) {
    const { promise: end, done } = countdown(batch.length)
    const { hosts: waitsFor, end: ready } = previous
    for (const host of batch) {
      gates.set(host, {
        isFirst: at === 0,
        waitsFor,
        ready,
        revision: () => changes.length,
        hasOtherChangedSince: (revision) => changes.slice(revision).some((other) => other !== host),
        recordChange: () => changes.push(host),
        done,
      })
    }
    previous = { hosts: batch, end }
  }
  return gates
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
