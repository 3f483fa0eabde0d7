// Defines the height and the types that all rows of hosts share.

import type { Host } from '../shared/model.ts'

/** In pixels, as in the style. */
export const rowHeight = 28

export type View = 'tasks' | 'time'

/** What the pointer is on. */
export type Spot = { readonly host: Host; readonly column: number }
