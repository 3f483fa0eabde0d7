// Defines the vault command, its subcommands and their flags.

import type { Command } from 'commander'
import { addAnsibleAliases } from '../flags/ansibleFlags.ts'
import { addVaultFlags, collect } from '../flags/settingFlags.ts'
import type { VaultAction, VaultCommandFlags } from './vaultActions.ts'

/** Adds the command with its subcommands; `done` takes their exit code. */
export function addVaultCommand(program: Command, done: (code: number) => void): void {
  const vault = program
    .command('vault')
    .summary('encrypt and decrypt as ansible-vault does')
    .description('Encrypt and decrypt files and values in the format of ansible-vault.')
    .addHelpText('after', examples)
  const add = (action: VaultAction, description: string) =>
    addAnsibleAliases(addVaultFlags(vault.command(action).description(description))).action(
      async (operands: string[] | string, flags: VaultCommandFlags) => {
        const { runVault } = await import('./runVault.ts')
        done(await runVault(action, [operands].flat(), flags))
      },
    )
  const withOutput = (command: Command) =>
    command.option('--output <file>', 'write to this file, - for stdout (default: overwrite the input)')
  const withLabel = (command: Command) =>
    command.option(
      '--encrypt-vault-id <label>',
      'label of the password to encrypt with, if there are several',
    )
  withLabel(
    withOutput(
      add('encrypt', 'Encrypt files, or stdin to stdout.').argument('[files...]', 'files; - for stdin'),
    ),
  )
  withOutput(
    add('decrypt', 'Decrypt files, or stdin to stdout.').argument('[files...]', 'files; - for stdin'),
  )
  add('view', 'Print the content of encrypted files.').argument('<files...>', 'encrypted files')
  add('edit', 'Edit encrypted files in $EDITOR.').argument('<files...>', 'encrypted files')
  withLabel(add('create', 'Create an encrypted file in $EDITOR.').argument('<file>', 'the new file'))
  withLabel(add('rekey', 'Re-encrypt files with a new password.').argument('<files...>', 'encrypted files'))
    .option('--new-vault-password-file <file>', 'file with the new password, or a program that prints it')
    .option('--new-vault-id <id>', 'new password as label@file, label@program or label@prompt')
  const encryptString = add('encrypt-string', 'Encrypt strings, or stdin, as values for YAML files.')
    .alias('encrypt_string')
    .argument('[texts...]', 'strings; visible in the process list, so prefer stdin or --prompt')
    .option('-n, --name <name>', 'variable name; repeatable, one per string', collect, [])
    .option('--stdin-name <name>', 'variable name for the text read from stdin')
    .option('-p, --prompt', 'ask for the string')
  withLabel(withOutput(encryptString))
}

const examples = `
Examples:
  run-playbook vault encrypt group_vars/all/vault.yaml --vault-password-file ~/.vault
  run-playbook vault edit group_vars/all/vault.yaml --vault-id prod@vault-client.sh
  printf %s "$PASSWORD" | run-playbook vault encrypt-string --stdin-name db_password --vault-id prod@prompt

Without a password flag, the password comes from RUN_PLAYBOOK_VAULT_PASSWORD_FILE, or else is asked for.
`
