// List helpers that several formats share.

/** The value that occurs most often. */
export function mostCommon<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** Pairs as many members of two lists as possible, in order: from the index of the desired one to the current one. */
export function pairInOrder<A, B>(
  current: readonly A[],
  desired: readonly B[],
  isPair: (current: A, desired: B) => boolean,
): Map<number, A> {
  const lengths = Array.from({ length: current.length + 1 }, () =>
    new Array<number>(desired.length + 1).fill(0),
  )
  const matches = current.map((one) => desired.map((other) => isPair(one, other)))
  for (let i = current.length - 1; i >= 0; i--) {
    for (let j = desired.length - 1; j >= 0; j--) {
      const skip = Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
      lengths[i]![j] = matches[i]![j] ? Math.max(skip, lengths[i + 1]![j + 1]! + 1) : skip
    }
  }
  const partners = new Map<number, A>()
  for (let i = 0, j = 0; i < current.length && j < desired.length; ) {
    if (matches[i]![j] && lengths[i]![j] === lengths[i + 1]![j + 1]! + 1) partners.set(j++, current[i++]!)
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++
    else j++
  }
  return partners
}
