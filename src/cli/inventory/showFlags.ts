// The flags of run-playbook inventory, as the command line gives them.

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
  /** true: from `all`. */
  readonly graph?: string | true
  readonly vars?: boolean
  readonly listHosts?: string
  readonly where?: string
  readonly schema?: string
}

/** The flags of which one says what to show. */
export const inventoryActions = ['list', 'host', 'graph', 'listHosts', 'where', 'schema'] as const
