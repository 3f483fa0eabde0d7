// Turns a mode for a tree into find tests and chmod arguments.

import { formatMode, z } from '../../../src/index.ts'

const symbolic = /^[ugoa]*[=+-][rwxX]*(?:,[ugoa]*[=+-][rwxX]*)*$/

/** Octal, for files or directories; or symbolic, in which X tells them apart. */
export const treeMode = z.string().refine((mode) => /^[0-7]{3,4}$/.test(mode) || symbolic.test(mode), {
  error: "expected an octal mode such as '0640', or a symbolic one such as 'u=rwX,g=rX,o='",
})

type ModeTest = { test: string; spec: string }

/** Of files and of directories: the test that finds what differs, and what `chmod` is given to put it right. */
export function modeTests({
  mode,
  dirMode,
}: {
  readonly mode?: string
  readonly dirMode?: string
}): ModeTest[] {
  const ofDirectories = dirMode ?? (mode && symbolic.test(mode) ? mode : undefined)
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
  // GNU chmod leaves the setgid bit of a directory alone unless it is given five digits.
  const spec = symbolic.test(mode)
    ? clauses(mode)
        .map(({ text }) => text)
        .join(',')
    : mode.padStart(5, '0')
  return { test: tests.join(' -o '), spec }
}

type Bits = { set: number; cleared: number }

/** The permission bits that a mode sets and clears; `isX`: of a directory, or a file that someone may execute. */
function bits(mode: string, isX: boolean): Bits {
  if (!symbolic.test(mode)) {
    const set = Number.parseInt(mode, 8)
    return { set, cleared: ~set & 0o7777 }
  }
  return clauses(mode).reduce<Bits>(
    ({ set, cleared }, { mask, sign, letters }) => {
      const named = mask & [...letters].reduce((sum, letter) => sum | letterBits(letter, isX), 0)
      const others = sign === '=' ? mask & ~named : 0
      if (sign === '-') return { set: set & ~named, cleared: cleared | named }
      return { set: (set | named) & ~others, cleared: (cleared & ~named) | others }
    },
    { set: 0, cleared: 0 },
  )
}

type Clause = { text: string; mask: number; sign: string; letters: string }

/** Without a class chmod would apply the umask; here it means all. */
function clauses(mode: string): Clause[] {
  return mode.split(',').map((clause) => {
    const [, classes = '', sign = '', letters = ''] = /^([ugoa]*)([=+-])([rwxX]*)$/.exec(clause)!
    const who = classes === '' || classes.includes('a') ? 'ugo' : classes
    const mask = [...who].reduce((sum, each) => sum | { u: 0o700, g: 0o070, o: 0o007 }[each]!, 0)
    return { text: `${who}${sign}${letters}`, mask, sign, letters }
  })
}

function letterBits(letter: string, isX: boolean): number {
  return { r: 0o444, w: 0o222, x: 0o111, X: isX ? 0o111 : 0 }[letter]!
}
