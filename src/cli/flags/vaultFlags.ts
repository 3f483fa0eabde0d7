// The flags that name vault passwords, the same for every command that opens a vault.

import type { Command } from 'commander'

/** Adds --vault-password-file, --vault-id and --ask-vault-pass; `VaultFlags` is what they become. */
export function addVaultFlags(command: Command): Command {
  return command
    .option(
      '--vault-password-file <file>',
      'holds the vault password, or is a program that prints it; repeatable',
      collect,
      [],
    )
    .option('--vault-id <id>', 'label@file, label@program or label@prompt; repeatable', collect, [])
    .option('--ask-vault-pass', 'asks for the vault password')
}

/** Keeps every value of a repeatable flag. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}
