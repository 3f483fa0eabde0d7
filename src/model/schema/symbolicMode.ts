// Symbolic modes such as u+rwX,go-w, as chmod takes them.

/** Permission bits, or a symbolic mode, which depends on those that are there. */
export type FileMode = number | string

/** `u+rwX,go-w`, `a=r,u+w`, `g=u`, `u+s`. Who may write has to be named: chmod asks the umask. */
export const symbolicMode =
  /^(?!(?:.*,)?(?:[+=-][^,]*)?[+=][^,+=-]*w)[ugoa]*(?:[+=-](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[+=-](?:[rwxXst]*|[ugo]))+)*$/

const classes: { readonly [letter: string]: number } = { u: 0o4700, g: 0o2070, o: 0o1007 }

/**
 * The permission bits that a mode gives to bits. `X` is `x` for a directory, and for a file that someone may execute.
 *
 * @example appliedMode('u+rwX,go-w', 0o664, false) // 0o644
 */
export function appliedMode(mode: FileMode, bits: number, isDirectory: boolean): number {
  if (typeof mode === 'number') return mode
  const isExecutable = isDirectory || (bits & 0o111) !== 0
  return mode.split(',').reduce((before, clause) => {
    const [, who = ''] = /^([ugoa]*)/.exec(clause)!
    const everyone = who === '' || who.includes('a')
    const mask = [...(everyone ? 'ugo' : who)].reduce((sum, each) => sum | classes[each]!, 0)
    return [...clause.matchAll(/([+=-])([rwxXst]*|[ugo])(?=[+=-]|$)/g)].reduce(
      (now, [, sign, letters = '']) => {
        const named = mask & lettersBits(letters, now, isExecutable)
        if (sign === '+') return now | named
        if (sign === '-') return now & ~named
        // As chmod: a directory keeps its setuid and setgid bits unless they are named.
        return (now & ~(mask & (isDirectory ? 0o1777 : 0o7777))) | named
      },
      before,
    )
  }, bits)
}

function lettersBits(letters: string, now: number, isExecutable: boolean): number {
  if (/^[ugo]$/.test(letters)) {
    const shift = { u: 6, g: 3, o: 0 }[letters]!
    return ((now >> shift) & 7) * 0o111
  }
  const bits = { r: 0o444, w: 0o222, x: 0o111, X: isExecutable ? 0o111 : 0, s: 0o6000, t: 0o1000 } as const
  return [...letters].reduce((sum, letter) => sum | bits[letter as keyof typeof bits], 0)
}
