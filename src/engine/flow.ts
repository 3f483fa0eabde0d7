// Which task comes next, blocks considered: rescue after a failure, always in any case.

import type { BlockPart } from '../model/block.ts'
import type { Block } from '../model/task.ts'

/** What stands in a list of tasks; only its place matters here. */
export type Step = { readonly places: readonly BlockPart[] }

/** Blocks whose failure is not forgiven; their `always` still has to run. */
export type Failing = Set<Block>

/** Where a failure leads, and whether a rescue, there or further on, forgives it. */
export type Turnoff = { readonly index: number; readonly isRescued: boolean }

/**
 * Where the host goes after the task at `index` has failed: into the rescue or the always of the innermost block that
 * has one; undefined: it stops. A block on the way without rescue is noted in `failing`.
 */
export function afterFailure(steps: readonly Step[], index: number, failing: Failing): Turnoff | undefined {
  return outOf(steps, index, [...steps[index]!.places].reverse(), failing)
}

/** Where the host goes after the task at `index` ended well; undefined: it stops, for a block behind it has failed. */
export function afterSuccess(steps: readonly Step[], index: number, failing: Failing): number | undefined {
  const here = steps[index]!.places
  let next = index + 1
  while (next < steps.length && startsRescue(here, steps[next]!.places)) next += 1
  const ahead = steps[next]?.places ?? []
  const left = [...here]
    .reverse()
    .find(({ block }) => failing.has(block) && !ahead.some((place) => place.block === block))
  if (!left) return next
  failing.delete(left.block)
  const outer = here.slice(0, here.indexOf(left))
  return outOf(steps, index, outer.reverse(), failing)?.index
}

/** `places` from the innermost outwards. */
function outOf(
  steps: readonly Step[],
  index: number,
  places: readonly BlockPart[],
  failing: Failing,
): Turnoff | undefined {
  const rescueOf = ({ block, part }: BlockPart) =>
    part === 'tasks' ? firstOf(steps, index, block, 'rescue') : undefined
  for (const [depth, place] of places.entries()) {
    const { block, part } = place
    const rescue = rescueOf(place)
    if (rescue !== undefined) return { index: rescue, isRescued: true }
    const always = part === 'always' ? undefined : firstOf(steps, index, block, 'always')
    if (always === undefined) continue
    failing.add(block)
    return {
      index: always,
      isRescued: places.slice(depth + 1).some((outer) => rescueOf(outer) !== undefined),
    }
  }
  return undefined
}

function firstOf(
  steps: readonly Step[],
  after: number,
  block: Block,
  part: BlockPart['part'],
): number | undefined {
  const found = steps.findIndex(
    ({ places }, index) =>
      index > after && places.some((place) => place.block === block && place.part === part),
  )
  return found < 0 ? undefined : found
}

/** A rescue that is met without a failure is passed over. */
function startsRescue(here: readonly BlockPart[], ahead: readonly BlockPart[]): boolean {
  return ahead.some(
    ({ block, part }) =>
      part === 'rescue' && !here.some((place) => place.block === block && place.part === 'rescue'),
  )
}
