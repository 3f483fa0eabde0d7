// Describes a lab that is up.

import type { Sources } from '../artifacts/sources.ts'
import type { Address } from './topology.ts'

/** A lab that is up. */
export type Lab = {
  readonly name: string
  /** The instance's state: keys, logs, the hosts' layers. */
  readonly folder: string
  readonly hosts: readonly Address[]
  /** The lab's own side of the bridge, and the subnet (`10.98.0.0/24`). */
  readonly bridgeAddress: string
  readonly subnet: string
  /** Logs in as root, deploy and ops. */
  readonly keyFile: string
  readonly knownHostsFile: string
  /** JSON `{ deploy, ops }`, mode 0600. */
  readonly passwordsFile: string
  readonly inventoryFile: string
  /** `http://ADDRESS:PORT`; below it `/dist/…` as upstream lays it out, `/packages/…`, `/missing/…` (404), `/corrupt/dist/…`. */
  readonly mirror: string
  /** Versions, paths below `/dist/` and SHA-512 of what the mirror has. */
  readonly sources: Sources
  /** What a playbook's inventory needs to install from here. */
  readonly inventoryVars: Readonly<Record<string, string>>
}
