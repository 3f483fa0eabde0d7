// Which of two lists' members belong together, in order, as many as possible.

/** The longest common subsequence: from the index of what is wanted to what there is. */
export function pairs<A, B>(
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
