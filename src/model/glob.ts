// Matches names against globs, with the rules of Python's fnmatch.

/** The source of a regular expression for a glob: `*`, `?`, `[abc]`, `[!abc]`; a bracket that is not closed is itself. */
export function globSource(glob: string): string {
  return glob.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    const body = part.slice(1, -1).replaceAll('\\', '\\\\').replace(/^!/, '^').replace(/\[/g, '\\[')
    return `[${body.replace(/^(\^?)\]/, '$1\\]')}]`
  })
}

/** Whether a whole text is what a glob means. */
export function globMatcher(glob: string): (text: string) => boolean {
  const regex = new RegExp(`^${globSource(glob)}$`, 's')
  return (text) => regex.test(text)
}
