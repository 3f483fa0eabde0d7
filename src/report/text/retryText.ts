// Says that a try of a block failed, and when the next one begins.

import type { EventOf } from '../../model/run/event.ts'
import { formatDuration } from './duration.ts'

/** `try 1 of 3 of its block failed, the next one begins in 5.0 s` */
export function retryText({ attempt, attempts, delaySeconds }: EventOf<'retry'>): string {
  const when = delaySeconds > 0 ? `in ${formatDuration(delaySeconds * 1000)}` : 'now'
  return `try ${attempt} of ${attempts} of its block failed, the next one begins ${when}`
}
