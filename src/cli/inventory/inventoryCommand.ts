// run-playbook inventory: its flags.

import { type Command, Option } from 'commander'
import { addAnsibleAliases } from '../flags/ansibleFlags.ts'
import { addVaultFlags, collect } from '../flags/vaultFlags.ts'
import type { InventoryShowFlags } from './showInventory.ts'

/** Adds the command; `done` takes its exit code. */
export function addInventoryCommand(program: Command, done: (code: number) => void): void {
  const command = program
    .command('inventory')
    .description('Shows hosts, groups and variables, where they come from, and a schema for editors.')
    .option(
      '-i, --inventory <source>',
      'an inventory file or folder, or hosts with commas; repeatable',
      collect,
      [],
    )
    .addOption(new Option('--list', 'all hosts and groups as JSON, as ansible-inventory --list has it'))
    .addOption(new Option('--host <name>', 'the variables of one host as JSON'))
    .addOption(new Option('--graph [group]', 'the tree of groups and hosts, from a group or from all'))
    .option('--vars', 'with --graph: variables too; with --schema: of a file in group_vars/ or host_vars/')
    .addOption(new Option('--list-hosts <pattern>', 'the hosts of a pattern, one a line'))
    .addOption(
      new Option('--where <name.variable>', 'all that sets a variable of a host or group, and what wins'),
    )
    .addOption(
      new Option(
        '--schema <playbook>',
        "a JSON Schema of the inventory, from the variables of a playbook's plays",
      ),
    )
    .option('-l, --limit <pattern>', 'only these hosts; with --list and --list-hosts')
    .option('--playbook-dir <folder>', 'reads group_vars/ and host_vars/ there too')
    .option('-e, --extra-vars <vars>', 'key=value, @file or {json}; above all other variables', collect, [])
  addAnsibleAliases(addVaultFlags(command))
    .configureHelp({ optionDescription: ({ description }) => description })
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
  run-playbook inventory --schema was.ts > inventory/schema.json

An editor with YAML support checks and completes an inventory whose first line is
  # yaml-language-server: $schema=schema.json
and takes values from a vault where its settings have  "yaml.customTags": ["!vault scalar"]
`
