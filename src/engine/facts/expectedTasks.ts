// Predicts the tasks that depend on facts, from the facts that were read last.

import type { HostFacts } from '../../model/facts.ts'
import { type FactRequest, FactStore, FactsNeeded } from './factStore.ts'

/**
 * The facts that the tasks depend on besides those that have been read, and the tasks as they would be with the facts as
 * they were last. Where those are not known, the facts alone: which ones, typical values tell. None of it has to be right: it only decides what is probed.
 */
export async function expectedTasks<T>(
  itemsOf: (facts: FactStore) => Promise<readonly T[]>,
  readers: (requests: readonly FactRequest[]) => Promise<readonly T[]>,
  lastFacts: (host: string) => Partial<HostFacts> | undefined,
  read?: FactStore,
): Promise<readonly T[]> {
  const { typicalFacts } = await import('../../facts/typicalFacts.ts')
  let isTypical = false
  const store = new FactStore((host, name) => {
    const last = lastFacts(host) ?? {}
    isTypical ||= !(name in last)
    return { value: name in last ? last[name] : typicalFacts[name] }
  }, read)
  let items: readonly T[] = []
  try {
    items = await itemsOf(store)
  } catch (thrown) {
    // What goes wrong with facts that may be others now is no error.
    if (!(thrown instanceof FactsNeeded)) isTypical = true
  }
  return [...(await readers(store.unread)), ...(isTypical ? [] : items)]
}
