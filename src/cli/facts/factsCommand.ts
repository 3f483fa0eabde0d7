// Defines the facts command and its flags.

import type { Command } from 'commander'
import { addAnsibleAliases } from '../flags/ansibleFlags.ts'
import { addSettingFlags, type SettingName } from '../flags/settingFlags.ts'
import type { FactsFlags } from './showFacts.ts'

/** Those that decide which hosts are read, and how they are reached. */
const settings: readonly SettingName[] = [
  ...(['inventory', 'limit', 'extraVars', 'forks'] as const),
  ...(['become', 'becomeUser', 'becomeMethod', 'askBecomePass', 'becomePasswordFile'] as const),
  ...(['askPass', 'connectionPasswordFile', 'user', 'privateKey', 'sshCommonArgs', 'sshExtraArgs'] as const),
  ...(['connection', 'timeout', 'vaultPasswordFile', 'vaultId', 'askVaultPass'] as const),
]

/** Adds the command; `done` takes its exit code. */
export function addFactsCommand(program: Command, done: (code: number) => void): void {
  const command = program
    .command('facts')
    .summary('show the facts of hosts')
    .description('Show facts of hosts: operating system, memory, addresses, … as a table or as JSON.')
    .argument('[names...]', 'facts, parts of them (os.version), or names of Ansible; default: all facts')
  addAnsibleAliases(addSettingFlags(command, settings))
    .option('--json', 'print an object of hosts and their facts')
    .addHelpText('after', examples)
    .action(async (names: string[], flags: FactsFlags) => {
      const { showFacts } = await import('./showFacts.ts')
      done(await showFacts(names, flags))
    })
}

const examples = `
The table has a line for each answer, with the hosts that gave it.

Examples:
  run-playbook facts -i lab.yaml
  run-playbook facts os.distribution os.version -i lab.yaml -l web
  run-playbook facts memory.total mounts --json -i lab.yaml
  run-playbook facts ansible_os_family ansible_default_ipv4 -i lab.yaml

Exit codes:
  0    all hosts answered
  1    wrong usage, configuration or files; no host was contacted
  2    a host failed
  4    a host was unreachable
  6    both
`
