// The project configuration: default values of command-line flags.

import type { BecomeMethod } from './become.ts'
import type { ConnectionType } from './host.ts'

/** Default values of flags, by name. The command line and the environment override them. */
export type RunPlaybookConfig = {
  /** `-i`: files, folders, or hosts with commas. */
  readonly inventory?: string | readonly string[]
  /** `-l` */
  readonly limit?: string
  /** `-t` */
  readonly tags?: string | readonly string[]
  readonly skipTags?: string | readonly string[]
  /** `-C` */
  readonly check?: boolean
  /** `-D` */
  readonly diff?: boolean
  /** `-e`: variables, or strings as on the command line. */
  readonly extraVars?: string | readonly string[] | { readonly [name: string]: unknown }
  /** `-f`. Default 100. */
  readonly forks?: number
  /** Hosts that fail run their notified handlers, unless the play sets `forceHandlers`. Default false. */
  readonly forceHandlers?: boolean
  /** What to do on a host that another run is changing: wait for that run to end, fail, or not look. Default wait. */
  readonly lock?: 'wait' | 'fail' | 'off'
  /** Seconds to wait for it. Default 600. */
  readonly lockTimeout?: number
  /** The number of `-v`. Default 0. */
  readonly verbose?: number
  /** `-q`: shows failures and the end of the run only. */
  readonly quiet?: boolean
  /** Exits with 3 where something has changed, would change or is unknown. */
  readonly detailedExitcode?: boolean
  /** `-b` */
  readonly become?: boolean
  readonly becomeUser?: string
  /** For hosts and plays that do not set a method. Default sudo. */
  readonly becomeMethod?: BecomeMethod
  /** `-K` */
  readonly askBecomePass?: boolean
  readonly becomePasswordFile?: string
  /** `-k` */
  readonly askPass?: boolean
  readonly connectionPasswordFile?: string
  /** `-u` */
  readonly user?: string
  readonly privateKey?: string
  /** Arguments as on ssh's command line. */
  readonly sshCommonArgs?: string
  /** More arguments, added after those. */
  readonly sshExtraArgs?: string
  /** `-c`, for hosts that do not set a connection. Default ssh. */
  readonly connection?: ConnectionType
  /** `-T`: connection timeout in seconds. Default 10. */
  readonly timeout?: number
  readonly vaultPasswordFile?: string | readonly string[]
  /** `label@source` */
  readonly vaultId?: string | readonly string[]
  readonly askVaultPass?: boolean
  /** Reporters of your own, beside the built-in one: files or packages. */
  readonly reporter?: string | readonly string[]
  /** Default auto. */
  readonly output?: 'auto' | 'board' | 'lines' | 'jsonl'
}

/**
 * Types the default export of `run-playbook.config.ts` in the working folder. `run-playbook config` shows the
 * resulting settings.
 *
 * @example
 * export default defineConfig({ inventory: 'production.yaml', forks: 20, vaultId: 'prod@vault-client.sh' })
 */
export function defineConfig(config: RunPlaybookConfig): RunPlaybookConfig {
  return config
}
