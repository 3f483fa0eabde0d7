// Describes a change by an editor, for people.

/** One change: what, its value before (`absent`), and its value now (`removed`): `Timeout`, `300`, `60`. */
export type EditChange = { readonly what: string; readonly from: string; readonly to: string }

/** What an edit comes to: what to replace, and the changes for people. */
export type EditResult<Splice> = {
  readonly splices: readonly Splice[]
  readonly changes: readonly EditChange[]
}

export function mergeResults<Splice>(all: readonly EditResult<Splice>[]): EditResult<Splice> {
  return { splices: all.flatMap(({ splices }) => splices), changes: all.flatMap(({ changes }) => changes) }
}

/** The new bytes, and each change for people; without changes, the bytes that came in. */
export type EditedBytes = { bytes: Uint8Array; changes: EditChange[] }
