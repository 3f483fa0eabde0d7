// Tells whether a path, or the name of a state, lies within another.

export function isWithin(path: string, tree: string): boolean {
  if (path === tree) return true
  return path.startsWith(tree === '/' ? '/' : `${tree}/`)
}
