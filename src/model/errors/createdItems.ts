// Collects the tasks and blocks that are made while a function of a playbook runs.

/** A task, block or role use that was made, with the stack of the call that made it where `isTraced`. */
export type CreatedItem = { readonly item: object; readonly stack?: string }

let recording: { readonly items: CreatedItem[]; readonly isTraced: boolean } | undefined

/** Runs `work`, which must not be async, and returns its result with all that it made. */
export function recordCreated<T>(
  work: () => T,
  isTraced = false,
): { readonly result: T; readonly created: readonly CreatedItem[] } {
  const outer = recording
  const items: CreatedItem[] = []
  recording = { items, isTraced }
  try {
    return { result: work(), created: items }
  } finally {
    recording = outer
  }
}

const loads = new Set<CreatedItem[]>()

/** Loads a module, and returns its exports with all that was made meanwhile outside of `recordCreated`. */
export async function recordLoad<T>(
  load: () => Promise<T>,
): Promise<{ readonly result: T; readonly created: readonly CreatedItem[] }> {
  const items: CreatedItem[] = []
  loads.add(items)
  try {
    return { result: await load(), created: items }
  } finally {
    loads.delete(items)
  }
}

/** Records what `maker` makes, and returns it. */
// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
export function created<T extends object>(item: T, maker: Function): T {
  if (recording) recording.items.push(recording.isTraced ? { item, stack: stackAbove(maker) } : { item })
  else for (const items of loads) items.push({ item })
  return item
}

// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
function stackAbove(maker: Function): string {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 50
  Error.captureStackTrace(holder, maker)
  Error.stackTraceLimit = limit
  return holder.stack ?? ''
}
