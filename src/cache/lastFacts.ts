// Remembers the built-in facts of hosts from run to run.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../files/makeFolder.ts'
import { replaceFile } from '../files/replaceFile.ts'
import { type HostFacts, unkeptFacts } from '../model/facts.ts'
import type { ConnectionSettings } from '../model/host.ts'

/** A host, and where it is reached: hosts of two sites may have the same name. */
type Host = { readonly host: { readonly name: string }; readonly settings: ConnectionSettings }

export type LastFacts = {
  /** The facts that a run read last; undefined: none did. */
  readonly of: (host: Host) => Partial<HostFacts> | undefined
  readonly keep: (host: Host, facts: Partial<HostFacts>) => void
}

/**
 * Facts in `folder`, a file for each host. They only decide what a run probes ahead: a run that cannot read or write
 * them takes a trip more. What a play declares as facts is not kept, for it may be a secret.
 */
export function openLastFacts(folder: string): LastFacts {
  const pathOf = ({ host, settings: { kind, host: address, port, user } }: Host) => {
    const key = JSON.stringify([host.name, kind, address, port, user])
    return join(folder, `${createHash('sha256').update(key).digest('hex')}.json`)
  }
  const of = (host: Host) => {
    try {
      // JSON has no undefined: that a host has no default route is a fact too.
      const { facts } = JSON.parse(readFileSync(pathOf(host), 'utf8'))
      return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, value ?? undefined]))
    } catch {
      return undefined
    }
  }
  const keep = (host: Host, facts: Partial<HostFacts>) => {
    const kept = Object.entries({ ...of(host), ...facts }).filter(([name]) => !isUnkept(name))
    const all = kept.map(([name, value]) => [name, value ?? null])
    const content = JSON.stringify({ host: host.host.name, facts: Object.fromEntries(all) })
    try {
      makeFolder(folder)
      replaceFile(pathOf(host), content, { isDurable: false })
    } catch {
      // The next run asks the host first.
    }
  }
  return { of, keep }
}

function isUnkept(name: string): boolean {
  return (unkeptFacts as readonly string[]).includes(name)
}
