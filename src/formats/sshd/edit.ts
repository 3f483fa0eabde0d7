// Defines the edits and options of editSshd.

/** What comes after the keyword, as it is written: `prohibit-password`, `sftp internal-sftp`. */
export type SshdValue = string | number | boolean

type InBlock = {
  /** The criteria of a Match block, as `User anna` or `Address 10.0.0.0/8`. Default: what is before the first block. */
  readonly match?: string
}

/**
 * Sets a keyword. Of most of them the first value counts: it is changed, and later ones are left alone. Those that add up
 * (Port, ListenAddress, HostKey, AcceptEnv, AllowUsers, AllowGroups, DenyUsers, DenyGroups, Subsystem, SetEnv) have
 * exactly these values, a line each. A missing Match block is added to the end.
 */
export type SshdSetEdit = InBlock & { readonly set: string; readonly values: readonly SshdValue[] }

/** Removes all lines of a keyword; having none is fine. */
export type SshdRemoveEdit = InBlock & { readonly remove: string }

/** Removes a Match block with what it holds; having none is fine. */
export type SshdRemoveMatchEdit = { readonly removeMatch: string }

export type SshdEdit = SshdSetEdit | SshdRemoveEdit | SshdRemoveMatchEdit

/** The files that Include lines read: by pattern as it is written the paths, and by path the texts. */
export type SshdIncludes = {
  readonly files: { readonly [pattern: string]: readonly string[] }
  readonly texts: { readonly [path: string]: string }
}
