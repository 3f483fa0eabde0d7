// Accepts Ansible's other names for our flags, and explains those that do not exist here.

import type { EventEmitter } from 'node:events'
import { type Command, Option } from 'commander'
import { PlaybookError } from '../../model/errors/error.ts'

/** By our flag: another name for it, that of ansible-playbook or of other tools. */
const aliases: { readonly [flag: string]: string } = {
  '--check': '--dry-run',
  '--inventory': '--inventory-file',
  '--private-key': '--key-file',
  '--become-password-file': '--become-pass-file',
  '--connection-password-file': '--conn-pass-file',
  '--vault-password-file': '--vault-pass-file',
  '--ask-vault-pass': '-J, --ask-vault-password',
}

/** By flag: what to do instead. */
const unsupported: { readonly [flags: string]: string } = {
  '-M, --module-path <path>': 'Import tasks in the playbook: import { mine } from "./tasks/mine.ts"',
  '--scp-extra-args <args>':
    'Files are sent over the ssh connection, not with scp: use --ssh-common-args or --ssh-extra-args',
  '--sftp-extra-args <args>':
    'Files are sent over the ssh connection, not with sftp: use --ssh-common-args or --ssh-extra-args',
}

/** Accepts Ansible's names for a command's flags, hidden from its help. */
export function addAnsibleAliases(command: Command): Command {
  for (const option of [...command.options]) {
    const name = aliases[option.long ?? '']
    if (name === undefined) continue
    const other = new Option(option.required ? `${name} <value>` : name).hideHelp()
    command.addOption(other).on(`option:${other.name()}`, (value: string) => {
      // Command extends EventEmitter, though its types do not show it.
      ;(command as unknown as EventEmitter).emit(`option:${option.name()}`, value)
    })
  }
  return command
}

/** Explains what to use instead of a flag that does not exist here. */
export function rejectAnsibleFlags(command: Command): Command {
  for (const [flags, hint] of Object.entries(unsupported)) {
    const option = new Option(flags).hideHelp()
    command.addOption(option).on(`option:${option.name()}`, () => {
      throw new PlaybookError('E_USAGE', `${option.long} does not exist here.`, { hint })
    })
  }
  return command
}
