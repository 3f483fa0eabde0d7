// The parameters of the task unarchive.

export type UnarchiveParams = {
  src: string
  dest: string
  format?: 'tar' | 'zip'
  stripComponents: number
  creates?: string
  include?: string[]
  exclude: string[]
  preserve: string[]
  owner?: string
  group?: string
  mode?: string
  dirMode?: string
}

/** The kind of an archive by its name; undefined where that does not tell. */
export function formatOf(src: string): 'tar' | 'zip' | undefined {
  if (/\.(?:zip|jar|war)$/i.test(src)) return 'zip'
  return /\.(?:tar(?:\.(?:gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst)$/i.test(src) ? 'tar' : undefined
}
