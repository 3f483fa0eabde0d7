// run-playbook vault: its commands and their flags.

import type { Command } from 'commander'
import { addAnsibleAliases } from '../flags/ansibleFlags.ts'
import { addVaultFlags, collect } from '../flags/vaultFlags.ts'
import type { VaultAction, VaultCommandFlags } from './vaultActions.ts'

/** Adds the command with its own commands; `done` takes their exit code. */
export function addVaultCommand(program: Command, done: (code: number) => void): void {
  const vault = program
    .command('vault')
    .description("Encrypts and decrypts files and values in ansible-vault's format.")
    .addHelpText('after', examples)
  const add = (action: VaultAction, description: string) => {
    const command = addAnsibleAliases(addVaultFlags(vault.command(action).description(description)))
    return command
      .configureHelp({ optionDescription: (option) => option.description })
      .action(async (operands: string[] | string, flags: VaultCommandFlags) => {
        const { runVault } = await import('./runVault.ts')
        done(await runVault(action, [operands].flat(), flags))
      })
  }
  const withOutput = (command: Command) =>
    command.option('--output <file>', 'writes there; - is stdout. Default: the file itself')
  const withLabel = (command: Command) =>
    command.option('--encrypt-vault-id <label>', 'the label whose password encrypts, where there are several')
  const encrypt = add('encrypt', 'Encrypts files, or stdin to stdout.').argument(
    '[files...]',
    'files; - is stdin',
  )
  withLabel(withOutput(encrypt))
  withOutput(
    add('decrypt', 'Decrypts files, or stdin to stdout.').argument('[files...]', 'files; - is stdin'),
  )
  add('view', 'Shows what encrypted files hold.').argument('<files...>', 'files')
  add('edit', 'Opens encrypted files in $EDITOR, one after the other.').argument('<files...>', 'files')
  withLabel(add('create', 'Opens $EDITOR for a new encrypted file.').argument('<file>', 'the new file'))
  withLabel(add('rekey', 'Encrypts files anew, by another password.').argument('<files...>', 'files'))
    .option('--new-vault-password-file <file>', 'holds the new password, or is a program that prints it')
    .option('--new-vault-id <id>', 'label@file, label@program or label@prompt of the new password')
  const string = add('encrypt-string', 'Encrypts texts, or stdin, as values to put into YAML.')
    .alias('encrypt_string')
    .argument('[texts...]', 'texts, which others see in the list of processes; better give them on stdin')
    .option('-n, --name <name>', "the variable's name; repeatable, one a text", collect, [])
    .option('--stdin-name <name>', 'the name of the variable that stdin is the text of')
    .option('-p, --prompt', 'asks for the text')
  withLabel(withOutput(string))
}

const examples = `
Examples:
  run-playbook vault encrypt group_vars/all/vault.yaml --vault-password-file ~/.vault
  run-playbook vault edit group_vars/all/vault.yaml --vault-id prod@vault-client.sh
  printf %s "$PASSWORD" | run-playbook vault encrypt-string --stdin-name db_password --vault-id prod@prompt

Without a flag that names it the password is that of RUN_PLAYBOOK_VAULT_PASSWORD_FILE, else it is asked for.
`
