// Defines the inventory command and its flags.

import { type Command, Option } from 'commander'
import { addAnsibleAliases } from '../flags/ansibleFlags.ts'
import { addSettingFlags, addVaultFlags } from '../flags/settingFlags.ts'
import type { InventoryShowFlags } from './showInventory.ts'

/** Adds the command; `done` takes its exit code. */
export function addInventoryCommand(program: Command, done: (code: number) => void): void {
  const command = program
    .command('inventory')
    .summary('show hosts, groups, variables and where they are set')
    .description('Show hosts, groups and variables, where they are defined, or a JSON Schema for editors.')
  addSettingFlags(command, ['inventory'])
    .addOption(new Option('--list', 'print all hosts and groups as JSON, like ansible-inventory --list'))
    .addOption(new Option('--host <name>', 'print the variables of a host as JSON'))
    .addOption(
      new Option('--graph [group]', 'print the tree of groups and hosts, from this group (default: all)'),
    )
    .option(
      '--resolved',
      'with --host or --list: evaluate the templates in variables; exit code 1 if one cannot be',
    )
    .option(
      '--vars',
      'with --graph: show variables; with --schema: describe a file in group_vars/ or host_vars/',
    )
    .addOption(new Option('--list-hosts <pattern>', 'print the hosts that match a pattern, one per line'))
    .addOption(
      new Option(
        '--where <name.variable>',
        'show every place that sets a variable of a host or group, which one wins, and what its templates are made of',
      ),
    )
    .addOption(
      new Option(
        '--schema <playbook>',
        'print a JSON Schema of the inventory that the plays of a playbook need',
      ),
    )
    .option('-l, --limit <pattern>', 'limit --list and --list-hosts to these hosts')
    .option(
      '--playbook-dir <directory>',
      'read group_vars/ and host_vars/ next to this playbook directory too',
    )
  addAnsibleAliases(addVaultFlags(addSettingFlags(command, ['extraVars'])))
    .addHelpText('after', examples)
    .action(async (flags: InventoryShowFlags) => {
      const { showInventory } = await import('./showInventory.ts')
      done(await showInventory(flags))
    })
}

const examples = `
Examples:
  run-playbook inventory -i lab.yaml --graph
  run-playbook inventory -i lab.yaml --list-hosts 'web:!web-02'
  run-playbook inventory -i lab.yaml --where was-01.tomcat_version
  run-playbook inventory -i lab.yaml --host was-01 --resolved
  run-playbook inventory --schema was.ts > inventory/schema.json

Editors with YAML support check and complete an inventory that starts with
  # yaml-language-server: $schema=schema.json
They accept vault values with the setting  "yaml.customTags": ["!vault scalar"]
`
