// Plans a file whose path may be a symbolic link, which is followed or replaced.

import { type Change, type FileState, run, sh } from '../../src/index.ts'

type Observed = {
  /** What is at the path, or at the end of the link. */
  readonly current: FileState
  /** What is at the path itself. */
  readonly entry: FileState
}

/** The changes to the target of a link, or with `follow: false` those of a new file in the link's place. */
export function overLink(
  { dest, follow }: { readonly dest: string; readonly follow: boolean },
  { current, entry }: Observed,
  changesOf: (before: FileState) => Change[],
): Change[] {
  if (follow || entry.type !== 'link') return changesOf(current)
  return [linkRemoval(dest, entry.target), ...changesOf({ type: 'absent' })]
}

function linkRemoval(dest: string, target: string): Change {
  return {
    what: dest,
    from: `link to ${target}`,
    to: 'a file of its own',
    steps: [run(sh`rm -f -- ${dest}`)],
    effects: [{ path: dest, becomes: { type: 'absent' } }],
  }
}
