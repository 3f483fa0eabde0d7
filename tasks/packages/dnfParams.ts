// The parameters of the task dnf.

export type DnfParams = {
  readonly name: readonly string[]
  readonly state: 'present' | 'latest' | 'absent'
  readonly enablerepo?: readonly string[]
  readonly disablerepo?: readonly string[]
  readonly exclude?: readonly string[]
  readonly disableGpgCheck: boolean
  readonly allowErasing: boolean
  readonly nobest: boolean
  readonly skipBroken: boolean
  readonly weakDeps?: boolean
  readonly updateCache: boolean
  readonly cacheOnly: boolean
  readonly security: boolean
  readonly bugfix: boolean
  readonly autoremove: boolean
  readonly lockTimeout?: number
  readonly releasever?: string
}

export function isRpmFile(name: string): boolean {
  return name.startsWith('/') && name.endsWith('.rpm')
}

/** A group, or a module with its stream: what dnf alone knows. */
export function isGroup(name: string): boolean {
  return name.startsWith('@')
}

/** Why a name cannot be looked up on a host; undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '*') return undefined
  if (name === '') return 'expected the name of a package'
  if (isGroup(name)) return /^@[^@]+$/.test(name) ? undefined : 'expected @ and the name of a group or module'
  if (/^\w+:\/\//.test(name)) return 'a URL cannot be looked at; download the file, and give its path'
  if (/[*?[\]{}]/.test(name)) return 'a pattern is not supported; name the packages'
  if (/[<>=]/.test(name)) return 'a comparison is not supported; name the version, as in httpd-2.4.62'
  if (/\s/.test(name)) return 'expected one name without blanks'
  return name.startsWith('-') ? 'a name does not begin with a dash' : undefined
}
