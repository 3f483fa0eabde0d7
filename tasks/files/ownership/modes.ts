// Turns a mode for a tree into find tests and chmod arguments.

import { appliedMode, formatMode, symbolicMode, z } from '../../../src/index.ts'

/** Octal, for files or directories; or symbolic, in which X tells them apart. */
export const treeMode = z.string().refine((mode) => /^[0-7]{3,4}$/.test(mode) || isSymbolic(mode), {
  error: "expected an octal mode such as '0640', or a symbolic one such as 'u=rwX,g=rX,o='",
})

/** Bits that depend on others (`g=u`) cannot be tested by find. */
function isSymbolic(mode: string): boolean {
  return symbolicMode.test(mode) && !/[+=-][ugo]/.test(mode)
}

type ModeTest = { test: string; spec: string }

/** Of files and of directories: the test that finds what differs, and what `chmod` is given to put it right. */
export function modeTests({
  mode,
  dirMode,
}: {
  readonly mode?: string
  readonly dirMode?: string
}): ModeTest[] {
  const ofDirectories = dirMode ?? (mode && isSymbolic(mode) ? mode : undefined)
  return [
    ...(mode
      ? [
          modeTest(
            mode,
            ['-type f -perm /111', bits(mode, true)],
            ['-type f ! -perm /111', bits(mode, false)],
          ),
        ]
      : []),
    ...(ofDirectories ? [modeTest(ofDirectories, ['-type d', bits(ofDirectories, true)])] : []),
  ].filter(({ test }) => test !== '')
}

function modeTest(mode: string, ...kinds: [kind: string, bits: Bits][]): ModeTest {
  const tests = kinds.flatMap(([kind, { set, cleared }]) => {
    const wrong = [set ? `! -perm -${formatMode(set)}` : '', cleared ? `-perm /${formatMode(cleared)}` : '']
    const some = wrong.filter((each) => each !== '').join(' -o ')
    return some === '' ? [] : [`${kind} \\( ${some} \\)`]
  })
  // Without a class chmod would apply the umask; GNU chmod leaves a directory's setgid bit alone unless it gets five digits.
  const spec = isSymbolic(mode) ? mode.replace(/(^|,)(?=[+=-])/g, '$1a') : mode.padStart(5, '0')
  return { test: tests.join(' -o '), spec }
}

type Bits = { set: number; cleared: number }

/** The permission bits that a mode sets and clears; `isX`: of a directory, or a file that someone may execute. */
function bits(mode: string, isX: boolean): Bits {
  const value = isSymbolic(mode) ? mode : Number.parseInt(mode, 8)
  return { set: appliedMode(value, 0, isX), cleared: ~appliedMode(value, 0o7777, isX) & 0o7777 }
}
