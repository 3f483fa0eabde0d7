// Defines the flags of a run, named like those of ansible-playbook.

import type { Command } from 'commander'
import type { RunPlaybookConfig } from '../../model/config.ts'
import { addAnsibleAliases, rejectAnsibleFlags } from './ansibleFlags.ts'
import { addSettingFlags } from './settingFlags.ts'

type Repeatable =
  | 'inventory'
  | 'tags'
  | 'skipTags'
  | 'extraVars'
  | 'vaultPasswordFile'
  | 'vaultId'
  | 'reporter'

type Defaulted = 'verbose' | 'output'

/** The values of a run's flags: all settings, and what only the command line can ask for. */
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

/** Adds the flags that runs of playbooks and of single tasks share. */
export function addRunFlags(command: Command): Command {
  addSettingFlags(command)
    .optionsGroup('Instead of a run:')
    .option('--list-hosts', 'list the hosts, run nothing')
    .option('--list-tasks', 'list the tasks, run nothing')
    .option('--list-tags', 'list the tags, run nothing')
    .option('--syntax-check', 'check playbooks, inventory and variables without contacting any host')
    .optionsGroup('Options:')
    .option(
      '--flush-cache',
      'clear the playbooks, downloads, builds, inventory results and facts cached on this machine',
    )
  return rejectAnsibleFlags(addAnsibleAliases(command))
}

/** Adds the flags that only runs of playbooks have. */
export function addPlaybookFlags(command: Command): Command {
  return command
    .option('--start-at-task <task>', 'start at the first task with this title or name; globs are allowed')
    .option('--resume', 'resume the last run: unfinished hosts continue at the task where they stopped')
    .option('--step', 'confirm each task before it runs: (N)o, (y)es, (c)ontinue')
}
