// Reads the connection flags, and asks for passwords.

import type { ConnectionFlags } from '../../inventory/connection/connectionSettings.ts'
import { shellSplit } from '../../inventory/parsing/shellSplit.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { readPassword } from '../secrets/passwordFile.ts'
import { askSecret } from '../secrets/prompt.ts'

/** @throws PlaybookError E_NO_TERMINAL, E_PASSWORD_FILE */
export async function readConnectionFlags(flags: RunFlags): Promise<ConnectionFlags> {
  const { user, privateKey, connection, timeout, becomeUser, becomeMethod } = flags
  const sshArgs = [flags.sshCommonArgs, flags.sshExtraArgs].flatMap((args = '') => shellSplit(args))
  const password = await secretOf(
    flags.connectionPasswordFile,
    flags.askPass && 'SSH password',
    'ansible_password, or --connection-password-file',
  )
  const becomePassword = await secretOf(
    flags.becomePasswordFile,
    flags.askBecomePass && `${becomeMethod ?? 'sudo'} password`,
    'ansible_become_password, or --become-password-file',
  )
  return {
    user,
    privateKeyFile: privateKey,
    sshArgs: sshArgs.length === 0 ? undefined : sshArgs,
    connection,
    timeout,
    becomeUser,
    becomeMethod,
    password,
    becomePassword,
  }
}

async function secretOf(
  file: string | undefined,
  question: string | false | undefined,
  alternative: string,
): Promise<Secret | undefined> {
  if (file !== undefined) return readPassword(file)
  return question ? askSecret(question, alternative) : undefined
}
