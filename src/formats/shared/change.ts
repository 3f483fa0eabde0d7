// Describes a change by an editor, for people.

/** One change: what, its value before (`absent`), and its value now (`removed`): `Timeout`, `300`, `60`. */
export type EditChange = { readonly what: string; readonly from: string; readonly to: string }

/** The new bytes, and each change for people; without changes, the bytes that came in. */
export type EditedBytes = { bytes: Uint8Array; changes: EditChange[] }
