// An owner and group as chown takes them.

/** `ecsuser:ecsuser`, `ecsuser`, `:ecsuser`; empty where neither is given. */
export function ownerSpec({ owner, group }: { readonly owner?: string; readonly group?: string }): string {
  return `${owner ?? ''}${group === undefined ? '' : `:${group}`}`
}
