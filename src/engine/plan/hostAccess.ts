// Resolves how a host is reached, and as which users tasks run there.

import type { BecomeUser } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { ConnectionSettings, InventoryHost } from '../../model/host.ts'
import type { Play } from '../../model/play.ts'
import type { Task } from '../../model/task.ts'
import { becomeUser } from './becomeUser.ts'
import type { HostSelector } from './playHost.ts'

export type HostAccessOptions = {
  readonly inventory: HostSelector
  readonly settingsOf: (host: InventoryHost) => ConnectionSettings
  /** The host's `ansible_become`, where it has one. */
  readonly becomesByDefault?: (host: InventoryHost) => boolean | undefined
}

export type HostAccess = {
  readonly host: InventoryHost
  readonly settings: ConnectionSettings
  readonly userFor: (task: Pick<Task, 'options'>) => BecomeUser | undefined
}

/** How to reach a host, and as which users the tasks of a play run there. */
export function hostAccess({ spec }: Play, host: InventoryHost, options: HostAccessOptions): HostAccess {
  const settings = options.settingsOf(host)
  const isBecoming = options.becomesByDefault?.(host)
  return { host, settings, userFor: (task) => becomeUser(task, spec, settings, isBecoming) }
}

/** A host of the inventory by its name. @throws PlaybookError E_UNKNOWN_HOST, with a suggestion */
export function findHost(name: string, { inventory }: Pick<HostAccessOptions, 'inventory'>): InventoryHost {
  const found = selected(name, inventory).find((host) => host.name === name)
  if (found) return found
  const names = selected('all', inventory).map((host) => host.name)
  throw new PlaybookError('E_UNKNOWN_HOST', `No host "${name}" in the inventory.`, {
    hint:
      didYouMean(name, [...names, 'localhost']) ?? 'List all hosts: run-playbook inventory --list-hosts all',
  })
}

function selected(pattern: string, { select }: HostSelector): readonly InventoryHost[] {
  try {
    return select(pattern)
  } catch (thrown) {
    if (thrown instanceof PlaybookError) return []
    throw thrown
  }
}
