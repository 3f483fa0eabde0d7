// The flags of a run as the command line gives them.

import type { BecomeMethod } from '../model/become.ts'

export type RunFlags = {
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check?: boolean
  readonly diff?: boolean
  readonly extraVars: readonly string[]
  readonly forks?: number
  readonly verbose: number
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  readonly askBecomePass?: boolean
  readonly becomePasswordFile?: string
  readonly askPass?: boolean
  readonly connectionPasswordFile?: string
  readonly user?: string
  readonly privateKey?: string
  readonly sshCommonArgs?: string
  readonly connection?: string
  readonly timeout?: number
  readonly vaultPasswordFile: readonly string[]
  readonly vaultId: readonly string[]
  readonly askVaultPass?: boolean
  readonly output: 'auto' | 'board' | 'lines' | 'jsonl'
  readonly listHosts?: boolean
  readonly listTasks?: boolean
  readonly listTags?: boolean
  readonly syntaxCheck?: boolean
  readonly startAtTask?: string
  readonly step?: boolean
  readonly resume?: boolean
}
