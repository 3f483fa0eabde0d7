// Defines the flags that the environment and the configuration file can set too.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { becomeMethods } from '../../model/become.ts'
import type { RunPlaybookConfig } from '../../model/config.ts'
import { connectionTypes } from '../../model/host.ts'

type SettingFlag = {
  readonly flags: string
  readonly help: string
  readonly choices?: readonly string[]
  readonly parse?: (value: string, before: never) => unknown
  readonly default?: unknown
  /** true: --resume does not restore it. */
  readonly isPerRun?: true
}

export type SettingName = keyof RunPlaybookConfig

/** By the name of the setting. A setting that is missing here does not compile. */
export const settingFlags: { readonly [N in SettingName]-?: SettingFlag } = {
  inventory: {
    flags: '-i, --inventory <source>',
    help: 'inventory file or directory, or comma-separated hosts; repeatable',
    parse: collect,
    default: [],
  },
  limit: {
    flags: '-l, --limit <pattern>',
    help: 'run on these hosts only: a pattern, @file, or @failed (unfinished in the last run)',
  },
  tags: {
    flags: '-t, --tags <tags>',
    help: 'run only tasks with these tags; comma-separated, repeatable',
    parse: collectWords,
    default: [],
  },
  skipTags: {
    flags: '--skip-tags <tags>',
    help: 'skip tasks with these tags; comma-separated, repeatable',
    parse: collectWords,
    default: [],
  },
  check: {
    flags: '-C, --check',
    help: 'dry run: show what would change, without changing anything',
    isPerRun: true,
  },
  diff: { flags: '-D, --diff', help: 'show changed files line by line', isPerRun: true },
  extraVars: {
    flags: '-e, --extra-vars <vars>',
    help: 'set variables: key=value, {json} or @file; they override all others',
    parse: collect,
    default: [],
  },
  forks: {
    flags: '-f, --forks <number>',
    help: 'number of hosts to run on in parallel (default: 100)',
    parse: positiveInt,
  },
  forceHandlers: { flags: '--force-handlers', help: 'run notified handlers even on hosts that fail' },
  lock: {
    flags: '--lock <mode>',
    help: 'on a host that another run is changing: wait for that run, fail, or off (default: wait)',
    choices: ['wait', 'fail', 'off'],
    isPerRun: true,
  },
  lockTimeout: {
    flags: '--lock-timeout <seconds>',
    help: 'how long to wait for another run (default: 600)',
    parse: positiveInt,
    isPerRun: true,
  },
  verbose: {
    flags: '-v, --verbose',
    help: 'show more: -v ok tasks, -vv commands, -vvv their output, -vvvv connections',
    parse: count,
    default: 0,
    isPerRun: true,
  },
  quiet: {
    flags: '-q, --quiet',
    help: 'show failures and the end of the run only',
    isPerRun: true,
  },
  detailedExitcode: {
    flags: '--detailed-exitcode',
    help: 'exit with 3 where something has changed, would change or is unknown',
    isPerRun: true,
  },
  become: { flags: '-b, --become', help: 'run tasks as another user' },
  becomeUser: { flags: '--become-user <user>', help: 'user to run tasks as (default: root)' },
  becomeMethod: {
    flags: '--become-method <method>',
    help: 'sudo, su or doas, for hosts and plays that set none (default: sudo)',
    choices: becomeMethods,
  },
  askBecomePass: { flags: '-K, --ask-become-pass', help: 'ask for the become password' },
  becomePasswordFile: {
    flags: '--become-password-file <file>',
    help: 'file with the become password, or a program that prints it',
  },
  askPass: { flags: '-k, --ask-pass', help: 'ask for the SSH password' },
  connectionPasswordFile: {
    flags: '--connection-password-file <file>',
    help: 'file with the SSH password, or a program that prints it',
  },
  user: { flags: '-u, --user <user>', help: 'user to log in as' },
  privateKey: { flags: '--private-key <file>', help: 'SSH private key file' },
  sshCommonArgs: { flags: '--ssh-common-args <args>', help: "arguments as for ssh: '-o …', '-J …'" },
  sshExtraArgs: { flags: '--ssh-extra-args <args>', help: 'more ssh arguments, after --ssh-common-args' },
  connection: {
    flags: '-c, --connection <type>',
    help: 'how to reach hosts that do not say so: ssh (default), local, or as containers',
    choices: [...connectionTypes],
  },
  timeout: {
    flags: '-T, --timeout <seconds>',
    help: 'connection timeout (default: 10)',
    parse: positiveInt,
  },
  vaultPasswordFile: {
    flags: '--vault-password-file <file>',
    help: 'file with the vault password, or a program that prints it; repeatable',
    parse: collect,
    default: [],
  },
  vaultId: {
    flags: '--vault-id <id>',
    help: 'vault password as label@file, label@program or label@prompt; repeatable',
    parse: collect,
    default: [],
  },
  askVaultPass: { flags: '--ask-vault-pass', help: 'ask for the vault password' },
  reporter: {
    flags: '--reporter <file>',
    help: 'report to this reporter as well: a file that exports one, or a package; repeatable',
    parse: collect,
    default: [],
    isPerRun: true,
  },
  output: {
    flags: '--output <format>',
    help: 'auto, board, lines or jsonl (default: auto)',
    choices: ['auto', 'board', 'lines', 'jsonl'],
    default: 'auto',
    isPerRun: true,
  },
}

/** As in the help of ansible-playbook; the others are under "Options:". */
const groups: { readonly [heading: string]: readonly SettingName[] } = {
  'Privilege escalation:': ['become', 'becomeUser', 'becomeMethod', 'askBecomePass', 'becomePasswordFile'],
  'Connection:': [
    'askPass',
    'connectionPasswordFile',
    'user',
    'privateKey',
    'sshCommonArgs',
    'sshExtraArgs',
    'connection',
    'timeout',
  ],
  'Vault:': ['vaultPasswordFile', 'vaultId', 'askVaultPass'],
}

/** Adds the flags of the named settings, of all of them by default. */
export function addSettingFlags(
  command: Command,
  names = Object.keys(settingFlags) as readonly SettingName[],
): Command {
  for (const name of names) command.addOption(optionFor(name))
  return command
}

/** Adds --vault-password-file, --vault-id and --ask-vault-pass; `VaultFlags` describes their values. */
export function addVaultFlags(command: Command): Command {
  return addSettingFlags(command, ['vaultPasswordFile', 'vaultId', 'askVaultPass'])
}

function optionFor(name: SettingName): Option {
  const { flags, help, choices, parse, default: value }: SettingFlag = settingFlags[name]
  const option = new Option(flags, help).default(value)
  const group = Object.entries(groups).find(([, names]) => names.includes(name))
  if (group) option.helpGroup(group[0])
  if (parse) option.argParser(parse as (value: string, before: unknown) => unknown)
  return choices ? option.choices(choices) : option
}

/** Keeps every value of a repeatable flag. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

function collectWords(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')]
}

function count(_value: string, before: number): number {
  return before + 1
}

export function positiveInt(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new InvalidArgumentError('Expected a whole number above 0.')
}
