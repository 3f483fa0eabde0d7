// Reads the connection flags, and asks for passwords.

import type { ConnectionFlags } from '../../inventory/connection/connectionSettings.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import { connectionFlags } from '../../run/connectionFlags.ts'
import { readPassword } from '../../secrets/passwordFile.ts'
import { askSecret } from '../../secrets/prompt.ts'
import type { RunFlags } from '../flags/runFlags.ts'

/** @throws PlaybookError E_NO_TERMINAL, E_PASSWORD_FILE */
export async function readConnectionFlags(flags: RunFlags): Promise<ConnectionFlags> {
  const password = await secretOf(
    flags.connectionPasswordFile,
    flags.askPass && 'SSH password',
    'ansible_password, or --connection-password-file',
  )
  const becomePassword = await secretOf(
    flags.becomePasswordFile,
    flags.askBecomePass && `${flags.becomeMethod ?? 'sudo'} password`,
    'ansible_become_password, or --become-password-file',
  )
  return connectionFlags(flags, { password, becomePassword })
}

async function secretOf(
  file: string | undefined,
  question: string | false | undefined,
  alternative: string,
): Promise<Secret | undefined> {
  if (file !== undefined) return readPassword(file)
  return question ? askSecret(question, alternative) : undefined
}
