// The parameters of the task dnf.

export type DnfParams = {
  readonly name: readonly string[]
  readonly state: 'present' | 'latest' | 'absent'
  readonly enablerepo?: readonly string[]
  readonly disablerepo?: readonly string[]
  readonly exclude?: readonly string[]
  readonly disableExcludes?: readonly string[]
  readonly enablePlugin?: readonly string[]
  readonly disablePlugin?: readonly string[]
  readonly disableGpgCheck: boolean
  readonly allowErasing: boolean
  readonly allowDowngrade: boolean
  readonly nobest: boolean
  readonly skipBroken: boolean
  readonly weakDeps?: boolean
  readonly updateCache: boolean
  readonly cacheOnly: boolean
  readonly updateOnly: boolean
  readonly security: boolean
  readonly bugfix: boolean
  readonly autoremove: boolean
  readonly lockTimeout?: number
  readonly releasever?: string
}

/** The path of a file on the host, or the URL of one. */
export function isRpmFile(name: string): boolean {
  return isRpmUrl(name) || (name.startsWith('/') && name.endsWith('.rpm'))
}

export function isRpmUrl(name: string): boolean {
  return /^\w+:\/\//.test(name)
}

/** A group, or a module with its stream: what dnf alone knows. */
export function isGroup(name: string): boolean {
  return name.startsWith('@')
}

/** Whether dnf may leave out packages that are missing, or remove others for them: it says which. */
export function needsResolving({ state, skipBroken, allowErasing, updateOnly }: DnfParams): boolean {
  return state !== 'absent' && (skipBroken || allowErasing) && !updateOnly
}

/** Why a name cannot be looked up on a host; undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '*') return undefined
  if (name === '') return 'expected the name of a package'
  if (isGroup(name)) return /^@[^@]+$/.test(name) ? undefined : 'expected @ and the name of a group or module'
  if (isRpmUrl(name)) return urlProblem(name)
  if (/[*?[\]{}]/.test(name)) return 'a pattern is not supported; name the packages'
  if (/[<>=]/.test(name)) return 'a comparison is not supported; name the version, as in httpd-2.4.62'
  if (/\s/.test(name)) return 'expected one name without blanks'
  return name.startsWith('-') ? 'a name does not begin with a dash' : undefined
}

function urlProblem(url: string): string | undefined {
  if (!/^(?:https?|ftp):\/\/[^\s/]+\/\S+$/.test(url))
    return 'expected the http, https or ftp URL of an .rpm file'
  if (/^\w+:\/\/[^/]*@/.test(url))
    return 'expected a URL without a password, which would be seen; get the file by download'
  return undefined
}
