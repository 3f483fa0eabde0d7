// Flags of Ansible's that are not ours: other names of what we have, and an answer for what there is no need of.

import type { EventEmitter } from 'node:events'
import { type Command, Option } from 'commander'
import { PlaybookError } from '../../model/errors/error.ts'

/** By our flag, the other names that ansible-playbook has for it. */
const aliases: { readonly [flag: string]: string } = {
  '--inventory': '--inventory-file',
  '--private-key': '--key-file',
  '--become-password-file': '--become-pass-file',
  '--connection-password-file': '--conn-pass-file',
  '--vault-password-file': '--vault-pass-file',
  '--ask-vault-pass': '-J, --ask-vault-password',
}

/** What a person is to do instead. */
const unsupported: { readonly [flags: string]: string } = {
  '-M, --module-path <path>': 'Tasks are imported by the playbook: import { mine } from "./tasks/mine.ts"',
  '--scp-extra-args <args>':
    'Files go over the connection that ssh has, not by scp: --ssh-common-args or --ssh-extra-args',
  '--sftp-extra-args <args>':
    'Files go over the connection that ssh has, not by sftp: --ssh-common-args or --ssh-extra-args',
}

/** Lets a command understand the names that Ansible has for its flags. They are in no help. */
export function addAnsibleAliases(command: Command): Command {
  for (const option of [...command.options]) {
    const name = aliases[option.long ?? '']
    if (name === undefined) continue
    const other = new Option(option.required ? `${name} <value>` : name).hideHelp()
    command.addOption(other).on(`option:${other.name()}`, (value: string) => {
      // It is an EventEmitter, which its types do not say.
      ;(command as unknown as EventEmitter).emit(`option:${option.name()}`, value)
    })
  }
  return command
}

/** Lets a command answer flags that it does without. */
export function rejectAnsibleFlags(command: Command): Command {
  for (const [flags, hint] of Object.entries(unsupported)) {
    const option = new Option(flags).hideHelp()
    command.addOption(option).on(`option:${option.name()}`, () => {
      throw new PlaybookError('E_USAGE', `There is no ${option.long} here.`, { hint })
    })
  }
  return command
}
