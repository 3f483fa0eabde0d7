// Plans a file whose path may be a symbolic link, which is followed or replaced.

import type { Change, FileState, Step } from '../../src/index.ts'

type Observed = {
  /** What is at the path, or at the end of the link. */
  readonly current: FileState
  /** What is at the path itself. */
  readonly entry: FileState
}

/** The changes to the target of a link, or with `follow: false` those of a file that takes the link's place at once. */
export function overLink(
  { dest, follow }: { readonly dest: string; readonly follow: boolean },
  { current, entry }: Observed,
  changesOf: (before: FileState) => Change[],
): Change[] {
  if (follow || entry.type !== 'link') return changesOf(current)
  const replaced: Change = {
    what: dest,
    from: `link to ${entry.target}`,
    to: 'a file of its own',
    steps: [],
    effects: [{ path: dest, becomes: { type: 'absent' } }],
  }
  const changes = changesOf({ type: 'absent' })
  return [replaced, ...changes.map((change) => ({ ...change, steps: change.steps.map(overName) }))]
}

/** The link is what is replaced, so nothing is expected to be absent. */
function overName(step: Step): Step {
  const isPlacement = step.kind === 'write' || step.kind === 'upload'
  return isPlacement ? { ...step, follow: false, replaces: undefined } : step
}
