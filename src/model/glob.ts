// Matches names against globs, with the rules of Python's fnmatch.

/** Returns a function that tests whether a whole text matches a glob. */
export function globMatcher(glob: string): (text: string) => boolean {
  const regex = new RegExp(`^${globSource(glob)}$`, 's')
  return (text) => regex.test(text)
}

/**
 * A glob as the source of a regular expression: `*`, `?`, `[abc]`, `[!abc]`. What stands between two `*` is matched where
 * it first occurs, and never tried again further on: with each `*` that would take as long once more as the text is.
 */
function globSource(glob: string): string {
  const [first = '', ...others] = pieces(glob)
  const last = others.pop()
  if (last === undefined) return first
  const between = others.filter((each) => each !== '')
  return `${first}${between.map((each, index) => `(?=(.*?${each}))\\${index + 1}`).join('')}.*${last}`
}

/** The sources of what stands before, between and after the `*`. An unclosed bracket matches itself. */
function pieces(glob: string): string[] {
  const end = glob.lastIndexOf(']') + 1
  const parts = [...(glob.slice(0, end).match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? []), ...glob.slice(end)]
  const sources = ['']
  for (const part of parts) {
    if (part === '*') sources.push('')
    else sources.push(sources.pop() + partSource(part))
  }
  return sources
}

function partSource(part: string): string {
  if (part === '?') return '.'
  if (!part.startsWith('[') || part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  const body = part.slice(1, -1).replaceAll('\\', '\\\\').replace(/^!/, '^').replace(/\[/g, '\\[')
  return `[${body.replace(/^(\^?)\]/, '$1\\]')}]`
}
