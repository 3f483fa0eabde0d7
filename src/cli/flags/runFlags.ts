// The flags of a run: the same letters and meanings as ansible-playbook's.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { becomeMethods } from '../../model/become.ts'
import type { RunPlaybookConfig } from '../../model/config.ts'
import { addAnsibleAliases, rejectAnsibleFlags } from './ansibleFlags.ts'
import { addVaultFlags, collect } from './vaultFlags.ts'

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

/** Gives a command the flags of a run; `RunFlags` is what they become. */
export function addRunFlags(command: Command): Command {
  const choice = (flags: string, description: string, values: readonly string[]) =>
    command.addOption(new Option(flags, description).choices(values))
  command
    .option(
      '-i, --inventory <source>',
      'an inventory file or folder, or hosts with commas; repeatable',
      collect,
      [],
    )
    .option(
      '-l, --limit <pattern>',
      'only these hosts; @failed: what the last run left behind; @file: those in it',
    )
    .option('-t, --tags <tags>', 'only tasks with these tags', collectWords, [])
    .option('--skip-tags <tags>', 'no tasks with these tags', collectWords, [])
    .option('-C, --check', 'changes nothing; shows what would change')
    .option('-D, --diff', 'shows changed files line by line')
    .option('-e, --extra-vars <vars>', 'key=value, @file or {json}; above all other variables', collect, [])
    .option('-f, --forks <number>', 'how many hosts at once (default 100)', positiveInt)
    .option('--force-handlers', 'hosts that fail run the handlers that were notified on them')
    .option(
      '-v, --verbose',
      '-v ok tasks too, -vv commands, -vvv what they said, -vvvv connections',
      count,
      0,
    )
    .option('-b, --become', 'become another user for all tasks')
    .option('--become-user <user>', 'whom to become (default root)')
  choice('--become-method <method>', 'how, where host and play do not say (default sudo)', becomeMethods)
    .option('-K, --ask-become-pass', 'asks for the password that it wants')
    .option('--become-password-file <file>', 'holds the password that it wants')
    .option('-k, --ask-pass', 'asks for the SSH password')
    .option('--connection-password-file <file>', 'holds the SSH password')
    .option('-u, --user <user>', 'login user')
    .option('--private-key <file>', 'private key file')
    .option('--ssh-common-args <args>', "arguments as for ssh: '-o …', '-J …'")
    .option('--ssh-extra-args <args>', 'more of them')
  choice('-c, --connection <kind>', 'ssh or local, for hosts that do not say', [
    'ssh',
    'smart',
    'local',
  ]).option('-T, --timeout <seconds>', 'until a connect is given up (default 10)', positiveInt)
  addVaultFlags(command)
  command
    .addOption(
      new Option('--output <format>', 'auto (default), board, lines or jsonl')
        .choices(['auto', 'board', 'lines', 'jsonl'])
        .default('auto'),
    )
    .option('--list-hosts', 'shows the hosts, runs nothing')
    .option('--list-tasks', 'shows the tasks, runs nothing')
    .option('--list-tags', 'shows the tags, runs nothing')
    .option('--syntax-check', 'loads and checks everything, contacts no host')
    .option(
      '--flush-cache',
      'removes compiled playbooks, downloads, builds and answers of inventory modules that are kept on this machine',
    )
    .configureHelp({ optionDescription: ({ description }) => description })
  return rejectAnsibleFlags(addAnsibleAliases(command))
}

/** Adds the flags that only runs of playbooks have. */
export function addPlaybookFlags(command: Command): Command {
  return command
    .option('--start-at-task <task>', 'starts at the first task of this title or name; globs are understood')
    .option(
      '--resume',
      'goes on with the last run: with the hosts that did not get through it, at the task where they stopped',
    )
    .option('--step', 'asks before each task: (N)o, (y)es, (c)ontinue')
}

function collectWords(value: string, before: string[]): string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')]
}

function count(_value: string, before: number): number {
  return before + 1
}

function positiveInt(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('Expected a whole number above 0.')
  return number
}
