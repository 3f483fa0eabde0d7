// Defines the doctor command and its flags.

import { type Command, Option } from 'commander'
import { addAnsibleAliases } from '../flags/ansibleFlags.ts'
import { addSettingFlags, type SettingName } from '../flags/settingFlags.ts'
import type { DoctorFlags } from './showDoctor.ts'

/** Those that decide which hosts and tasks are looked at, and how hosts are reached. */
const settings: readonly SettingName[] = [
  ...(['inventory', 'limit', 'tags', 'skipTags', 'extraVars', 'forks', 'verbose'] as const),
  ...(['become', 'becomeUser', 'becomeMethod', 'askBecomePass', 'becomePasswordFile'] as const),
  ...(['askPass', 'connectionPasswordFile', 'user', 'privateKey', 'sshCommonArgs', 'sshExtraArgs'] as const),
  ...(['connection', 'timeout', 'vaultPasswordFile', 'vaultId', 'askVaultPass'] as const),
]

/** Adds the command; `done` takes its exit code. */
export function addDoctorCommand(program: Command, done: (code: number) => void): void {
  const command = program
    .command('doctor')
    .summary('check what playbooks need of their hosts')
    .description(
      'Check what the tasks of playbooks need of their hosts, and what often makes runs fail. Nothing is changed.',
    )
    .argument(
      '[playbooks...]',
      'playbooks, searched here and in playbooks/; without any, the hosts alone are checked',
    )
  const output = new Option('--output <format>', 'table or json').choices(['table', 'json']).default('table')
  // The setting `output` is that of runs.
  output.attributeName = () => 'format'
  addAnsibleAliases(addSettingFlags(command, settings))
    .addOption(output)
    .addHelpText('after', examples)
    .action(async (playbooks: string[], flags: DoctorFlags) => {
      const { showDoctor } = await import('./showDoctor.ts')
      done(await showDoctor(playbooks, flags))
    })
}

const examples = `
The table names problems (✗), which would make a task fail, and warnings (!), each with what to do about it
and with the tasks that need it. -v lists what is well too.

Examples:
  run-playbook doctor site.ts -i production.yaml
  run-playbook doctor site.ts -i production.yaml -l web-01 -v
  run-playbook doctor -i 'web-01,' -b
  run-playbook doctor site.ts -i production.yaml --output json

Exit codes:
  0    no problem was found; there may be warnings
  1    wrong usage, configuration or files
  2    a host has problems
  4    a host was unreachable
  6    both
`
