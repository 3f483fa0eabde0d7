// Which of two lists' members belong together, in order, as many as possible.

/** The longest common subsequence: from the index of what is wanted to what there is. */
export function pairs<A, B>(
  current: readonly A[],
  wanted: readonly B[],
  isPair: (current: A, wanted: B) => boolean,
): Map<number, A> {
  const lengths = Array.from({ length: current.length + 1 }, () =>
    new Array<number>(wanted.length + 1).fill(0),
  )
  const matches = current.map((one) => wanted.map((other) => isPair(one, other)))
  for (let i = current.length - 1; i >= 0; i--) {
    for (let j = wanted.length - 1; j >= 0; j--) {
      const skip = Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
      lengths[i]![j] = matches[i]![j] ? Math.max(skip, lengths[i + 1]![j + 1]! + 1) : skip
    }
  }
  const partners = new Map<number, A>()
  for (let i = 0, j = 0; i < current.length && j < wanted.length; ) {
    if (matches[i]![j] && lengths[i]![j] === lengths[i + 1]![j + 1]! + 1) partners.set(j++, current[i++]!)
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++
    else j++
  }
  return partners
}
