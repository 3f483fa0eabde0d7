// Prints a view of an inventory: list, host, graph, hosts, origins or schema.

import type { Inventory } from '../../inventory/inventory.ts'
import type { LoadedHost } from '../../inventory/vars/hostVars.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { formatLocation } from '../../model/errors/location.ts'
import { nearest } from '../../model/errors/suggest.ts'
import { inventoryFromFlags } from './inventoryFromFlags.ts'
import { listingJson } from './listingJson.ts'

export type InventoryShowFlags = {
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly limit?: string
  readonly playbookDir?: string
  readonly vaultPasswordFile: readonly string[]
  readonly vaultId: readonly string[]
  readonly askVaultPass?: boolean
  readonly list?: boolean
  readonly host?: string
  /** true: start at `all`. */
  readonly graph?: string | true
  readonly vars?: boolean
  readonly listHosts?: string
  readonly where?: string
  readonly schema?: string
  readonly resolved?: boolean
}

/** Exactly one of these flags selects what to show. */
const inventoryActions = ['list', 'host', 'graph', 'listHosts', 'where', 'schema'] as const

type Action = (typeof inventoryActions)[number]

/** What a flag prints: a text, or one with an exit code. */
type View = string | { readonly text: string; readonly code: number }

type Views = { readonly [A in Action]: (flags: InventoryShowFlags) => Promise<View> }

/** Prints the requested view and returns the exit code. @throws PlaybookError, AggregatePlaybookError */
export async function showInventory(flags: InventoryShowFlags): Promise<number> {
  const view = await views[actionOf(flags)](flags)
  const { text, code } = typeof view === 'string' ? { text: view, code: 0 } : view
  process.stdout.write(text)
  return code
}

const views: Views = {
  list: async (flags) => {
    const { listInventory } = await import('../../inventory/views/listing.ts')
    const { limitListing } = await import('./limitListing.ts')
    const inventory = await loaded(flags)
    const { limit } = flags
    return withVars(flags, (varsOf) => {
      const listing = listInventory(inventory, varsOf)
      return listingJson(limit === undefined ? listing : limitListing(listing, inventory, limit))
    })
  },
  host: async (flags) => {
    const inventory = await loaded(flags)
    const host = inventory.host(flags.host!)
    if (!host)
      throw unknown(
        'host',
        flags.host!,
        inventory.hosts.map(({ name }) => name),
      )
    return withVars(flags, (varsOf) => listingJson(varsOf(host)))
  },
  graph: async (flags) => {
    const { inventoryGraph } = await import('../../inventory/views/graph.ts')
    const inventory = await loaded(flags)
    const name = flags.graph === true ? 'all' : flags.graph!
    const group = inventory.groups.get(name)
    if (!group) throw unknown('group', name, inventory.groups.keys())
    return `${inventoryGraph(inventory, group, { hasVars: flags.vars === true }).join('\n')}\n`
  },
  listHosts: async (flags) => {
    const inventory = await loaded(flags)
    const { listHosts, limit } = flags
    if (limit !== undefined) inventory.validateLimit([listHosts!], limit)
    return inventory
      .select(listHosts!, limit)
      .map(({ name }) => `${name}\n`)
      .join('')
  },
  where: async (flags) => {
    const { varOrigins } = await import('../../inventory/views/varOrigins.ts')
    const { whereText } = await import('./whereText.ts')
    return whereText(varOrigins(await loaded(flags), flags.where!))
  },
  schema: async ({ schema, vars }) => {
    const { schemaText } = await import('../../inventory/views/schemaText.ts')
    const { findPlaybook, loadPlaybook } = await import('../../userCode/loadPlaybook.ts')
    const plays = await loadPlaybook(findPlaybook(schema!))
    return schemaText(plays, vars ? 'vars' : 'inventory')
  },
}

/** Shows variables as they are written, or with --resolved their results; exit code 1 if there is an error among them. */
async function withVars(
  { resolved }: InventoryShowFlags,
  show: (varsOf: (host: LoadedHost) => LoadedHost['vars']) => string,
): Promise<View> {
  const { listVars } = await import('../../inventory/views/listing.ts')
  if (!resolved) return show(listVars)
  const { resolvedVars } = await import('../../inventory/views/resolved.ts')
  let code = 0
  const text = show((host) => {
    const { vars, errors } = resolvedVars(host)
    if (errors.length > 0) code = 1
    return vars
  })
  return { text, code }
}

function actionOf(flags: InventoryShowFlags): Action {
  const [action, ...others] = inventoryActions.filter((each) => flags[each] !== undefined)
  const all = inventoryActions.map(flagOf).join(', ')
  if (!action) throw new PlaybookError('E_USAGE', 'Nothing to show.', `Give one of ${all}.`)
  if (others.length > 0) {
    const named = [action, ...others].map(flagOf).join(' and ')
    throw new PlaybookError('E_USAGE', `${named} cannot be combined.`, 'Give only one of them.')
  }
  if (flags.resolved && action !== 'host' && action !== 'list')
    throw new PlaybookError('E_USAGE', `${flagOf(action)} and --resolved cannot be combined.`, {
      hint: 'Give --resolved with --host or --list.',
    })
  return action
}

function flagOf(action: Action): string {
  return `--${action.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Loads the inventory, and prints its warnings on stderr. */
async function loaded(flags: InventoryShowFlags): Promise<Inventory> {
  const inventory = await inventoryFromFlags(flags, flags.playbookDir)
  for (const { message, where } of inventory.warnings)
    process.stderr.write(`warning  ${where ? `${formatLocation(where)}  ` : ''}${message}\n`)
  return inventory
}

function unknown(kind: 'host' | 'group', name: string, known: Iterable<string>): PlaybookError {
  const near = nearest(name, known)
  return new PlaybookError(kind === 'host' ? 'E_UNKNOWN_HOST' : 'E_UNKNOWN_GROUP', `No ${kind} "${name}".`, {
    hint: near ? `Did you mean ${near}?` : 'List them: run-playbook inventory --graph',
  })
}
