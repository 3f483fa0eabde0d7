// The options of runPlaybook and loadInventory.

import type { BecomeMethod } from '../model/become.ts'
import type { ConnectionType, InventoryHost } from '../model/host.ts'
import type { ExtraVars, InventoryTree } from '../model/inventoryModule.ts'
import type { PendingTask } from '../model/run/pendingTask.ts'
import type { Question } from '../model/run/question.ts'
import type { StreamEvent } from '../model/run/streamEvent.ts'
import type { Secret } from '../model/secrets/secret.ts'

/** A file, a folder, hosts with commas (`web-01,web-02,`), or groups with their hosts and variables as data. */
export type InventorySource = string | InventoryTree

/** An inventory made by `loadInventory`. */
export type RunInventory = {
  /** All hosts, in Ansible's order, with their merged variables. */
  readonly hosts: readonly InventoryHost[]
  /** All groups by name. `members`: all their hosts, including those of their children. */
  readonly groups: ReadonlyMap<
    string,
    { readonly name: string; readonly children: readonly string[]; readonly members: readonly string[] }
  >
  /** A host by its name. */
  readonly host: (name: string) => InventoryHost | undefined
  /**
   * The hosts of a pattern: `was`, `web:!web-02`.
   *
   * @throws PlaybookError E_UNKNOWN_GROUP, E_UNKNOWN_HOST, E_PATTERN
   */
  readonly select: (pattern: string) => readonly InventoryHost[]
}

export type LoadInventoryOptions = {
  readonly extraVars?: ExtraVars | readonly ExtraVars[]
  /** The folder whose group_vars/ and host_vars/ override those of the inventory. Default: none. */
  readonly playbookDir?: string
  /** Vault passwords: one, or several by vault ID. */
  readonly vaultPassword?: string | Secret | { readonly [id: string]: string | Secret }
  /** Files with vault passwords, or programs that print them. */
  readonly vaultPasswordFile?: string | readonly string[]
  /** `label@file` or `label@program`. */
  readonly vaultId?: string | readonly string[]
}

/** The options are those of the command line. The environment and run-playbook.config.ts are not read. */
export type RunPlaybookOptions = Omit<LoadInventoryOptions, 'playbookDir'> & {
  readonly inventory: InventorySource | readonly InventorySource[] | RunInventory
  /**
   * Only these hosts: a pattern, or `@file`; `@failed` and `@unreachable` are hosts of the last run of these playbooks
   * that `stateFolder` has recorded.
   */
  readonly limit?: string
  /** Only tasks with these tags. */
  readonly tags?: string | readonly string[]
  readonly skipTags?: string | readonly string[]
  /** A dry run. Default false. */
  readonly check?: boolean
  /** Changes have the full texts of files. Default false. */
  readonly diff?: boolean
  /** How many hosts to work on at once. Default 100. */
  readonly forks?: number
  /** Hosts that fail run their notified handlers. Default false. */
  readonly forceHandlers?: boolean
  /** What to do on a host that another run is changing: wait for that run, fail, or not look. Default wait. */
  readonly lock?: 'wait' | 'fail' | 'off'
  /** Seconds to wait for it. Default 600. */
  readonly lockTimeout?: number
  /** Which events there are: 1 adds `output`, 2 `trip` and `command`, 3 the output of commands, 4 `connection`. Default 0. */
  readonly verbose?: number
  /** The title or name of the task to begin at; a glob. */
  readonly startAtTask?: string
  /**
   * Goes on with the last run of these playbooks that `stateFolder` has recorded: hosts that did not finish continue
   * where they stopped, hosts that did are left out. The other options are those given here. Where nothing is left, no
   * host is contacted, and the result has exit code 0 and no hosts. Default false.
   */
  readonly resume?: boolean
  readonly become?: boolean
  readonly becomeUser?: string
  /** For hosts and plays that set none. Default sudo. */
  readonly becomeMethod?: BecomeMethod
  readonly becomePassword?: string | Secret
  /** A file with the password, or a program that prints it. */
  readonly becomePasswordFile?: string
  /** The user to log in as. */
  readonly user?: string
  /** The SSH password. */
  readonly password?: string | Secret
  /** A file with the SSH password, or a program that prints it. */
  readonly connectionPasswordFile?: string
  readonly privateKey?: string
  /** Arguments as on ssh's command line. */
  readonly sshCommonArgs?: string
  /** More of them, after those. */
  readonly sshExtraArgs?: string
  /** For hosts that set none. Default ssh. */
  readonly connection?: ConnectionType
  /** Seconds for connecting. Default 10. */
  readonly timeout?: number
  /**
   * A folder, `.run-playbook` for the command line: the run is recorded there (`run-playbook history`, `resume`), and so
   * are handlers that a failed run leaves to the next one. Default: nothing is written on this machine but the cache.
   */
  readonly stateFolder?: string
  /** Interrupts the run: running steps are killed, nothing more is started, and it resolves with exit code 130. */
  readonly signal?: AbortSignal
  /**
   * Asked before each task of each host, as --step asks; `false`: the host skips the task. Where it throws, the task is
   * skipped, and the promise rejects with E_CONFIRM_TASK when the run has ended.
   *
   * @example
   * confirmTask: ({ host, title }) => !title.startsWith('reboot') || isMaintenanceTime(host)
   */
  readonly confirmTask?: (task: PendingTask) => boolean | Promise<boolean>
  /**
   * Answers the questions of `prompt` and `pause`, one at a time; `extraVars` answer prompts by their names before. For a
   * pause, `false` aborts the run, and anything else goes on. `undefined`, or what it throws: there is no answer, and the
   * task fails with E_UNANSWERED; after an error the promise rejects with E_ASK when the run has ended.
   *
   * @example ask: ({ name, text }) => (name === 'version' ? '1.4' : chat.question(text))
   */
  readonly ask?: (question: Question, signal: AbortSignal) => unknown
  /**
   * Called with each event, in order. What it throws does not stop the run: the promise rejects with E_ON_EVENT when
   * the run has ended.
   */
  readonly onEvent?: (event: StreamEvent) => void
}
