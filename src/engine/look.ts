// One look at a place: what tasks ask there, in one trip, each answer taken when it comes in.

import type { PlaybookError } from '../model/errors/error.ts'
import type { Output } from '../model/probe.ts'
import { type Answers, type Inquiry, inquiry } from './answers.ts'
import { type Item, questionsOf } from './item.ts'
import type { Look } from './looks.ts'
import { type Place, placeKey } from './place.ts'
import { isRefusal } from './refusal.ts'

/** What was read at a place, and the host's count of changes before it was. */
export type Seen = {
  readonly answers: Answers
  readonly mark: number
  /** The last look that brings answers. */
  look?: LookUnderWay
}

/** A look that is under way, or over. */
export type LookUnderWay = {
  readonly isOver: () => boolean
  /** Resolves with the next answer, and at the end. @throws what ended it before its time */
  readonly next: () => Promise<void>
  /** Resolves at its end, whatever that is. */
  readonly settled: Promise<void>
  /** The refusal that ended it, if one did. */
  readonly refusal: () => PlaybookError | undefined
}

/** What the items ask, at each place where one of them is carried out. */
export function inquiriesByPlace(items: readonly Item[]): [Place, Inquiry][] {
  const places = new Map(items.map(({ on, as }) => [placeKey({ on, as }), { on, as }]))
  return [...places].map(([key, place]) => [
    place,
    inquiry(items.filter((item) => placeKey(item) === key).flatMap(questionsOf)),
  ])
}

/** Begins to ask as a user; the answers are filled as they come in. */
export function beginLook(look: Look, as: string | undefined, ask: Inquiry, answers: Answers): LookUnderWay {
  const bell = createBell()
  let isOver = false
  let refusal: PlaybookError | undefined
  const end = takeEach(look, as, ask, answers, bell.ring).finally(() => {
    isOver = true
  })
  const settled = end.catch((thrown) => {
    if (isRefusal(thrown)) refusal = thrown
  })
  return {
    isOver: () => isOver,
    next: () => Promise.race([bell.rung(), end]),
    settled,
    refusal: () => refusal,
  }
}

/** What cannot be read is a fault of the look: it must not be thrown at whoever brings the bytes. */
async function takeEach(
  look: Look,
  as: string | undefined,
  ask: Inquiry,
  answers: Answers,
  onAnswer: () => void,
): Promise<void> {
  let fault: unknown
  await look(as, ask.entries, (index: number, output: Output | undefined) => {
    try {
      ask.take(index, output, answers)
    } catch (thrown) {
      fault ??= thrown
    }
    onAnswer()
  })
  if (fault !== undefined) throw fault
}

/** `rung` resolves at the next `ring`. */
function createBell(): { readonly ring: () => void; readonly rung: () => Promise<void> } {
  let waiting: (() => void)[] = []
  return {
    ring: () => {
      for (const wake of waiting) wake()
      waiting = []
    },
    rung: () => new Promise((resolve) => waiting.push(resolve)),
  }
}
