// The effects, for dry runs, of installing or removing packages.

import type { Change, Effect, Step } from '../../src/index.ts'

/** The name that a dry run uses for a package, or for all. */
export function packageState(name: string): string {
  return name === '*' ? 'packages' : `packages/${name}`
}

/** A package adds files, and removes its own; others stay. */
export function packageEffects(name: string): readonly Effect[] {
  return [
    { state: packageState(name) },
    ...packageTrees.map((tree) => ({ tree, only: 'additions' as const })),
  ]
}

/** Where packages put files: the Filesystem Hierarchy Standard leaves the rest to the site. */
const packageTrees = ['/etc', '/usr', '/var', '/opt', '/bin', '/sbin', '/lib', '/lib64', '/boot', '/run']

/** Changes that one step makes together: the first has it. */
export function inOneTransaction(
  changes: readonly Omit<Change, 'steps'>[],
  ...steps: readonly Step[]
): readonly Change[] {
  return changes.map((change, index) => ({ ...change, steps: index === 0 ? steps : [] }))
}
