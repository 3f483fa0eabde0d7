// Reads facts of hosts by Ansible's names, for the variables of an inventory.

import { ansibleFacts } from '../../facts/ansible/ansibleFacts.ts'
import type { FactName, HostFacts } from '../../model/facts.ts'
import type { ReadAnsibleFact } from '../../model/host.ts'
import type { FactStore } from './factStore.ts'

/** @throws (when called) FactsNeeded for facts that have not been read yet */
export function ansibleReader(store: FactStore): ReadAnsibleFact {
  const known = new Map<string, ReturnType<typeof ansibleFacts>>()
  return (host, name) => {
    let facts = known.get(host)
    if (!facts) {
      const get = (_: object, fact: string) => store.read({ host, facts: fact as FactName, options: {} })
      facts = ansibleFacts(new Proxy({}, { get: get as ProxyHandler<object>['get'] & {} }) as HostFacts)
      known.set(host, facts)
    }
    return facts[name]
  }
}
