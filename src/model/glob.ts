// Matches names against globs, with the rules of Python's fnmatch.

/** A glob as the source of a regular expression: `*`, `?`, `[abc]`, `[!abc]`. An unclosed bracket matches itself. */
function globSource(glob: string): string {
  return glob.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    const body = part.slice(1, -1).replaceAll('\\', '\\\\').replace(/^!/, '^').replace(/\[/g, '\\[')
    return `[${body.replace(/^(\^?)\]/, '$1\\]')}]`
  })
}

/** Returns a function that tests whether a whole text matches a glob. */
export function globMatcher(glob: string): (text: string) => boolean {
  const regex = new RegExp(`^${globSource(glob)}$`, 's')
  return (text) => regex.test(text)
}
