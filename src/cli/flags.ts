// The flags of a run as the command line gives them, together with what environment and configuration add.

import type { RunPlaybookConfig } from '../model/config.ts'

/** Repeatable flags: each value as it was given, none if there is none. */
type Repeatable = 'inventory' | 'tags' | 'skipTags' | 'extraVars' | 'vaultPasswordFile' | 'vaultId'

/** Settings that always have a value. */
type Defaulted = 'verbose' | 'output'

/** The settings of a project's configuration, and what only one command line at a time can want. */
export type RunFlags = Omit<RunPlaybookConfig, Repeatable | Defaulted> & {
  readonly [N in Repeatable]: readonly string[]
} & Required<Pick<RunPlaybookConfig, Defaulted>> & {
    readonly listHosts?: boolean
    readonly listTasks?: boolean
    readonly listTags?: boolean
    readonly syntaxCheck?: boolean
    readonly flushCache?: boolean
    readonly startAtTask?: string
    readonly step?: boolean
    readonly resume?: boolean
  }
