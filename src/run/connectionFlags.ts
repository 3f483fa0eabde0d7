// Says how hosts are reached, from the options of a run.

import type { ConnectionFlags } from '../inventory/connection/connectionSettings.ts'
import { shellSplit } from '../inventory/parsing/shellSplit.ts'
import type { RunPlaybookConfig } from '../model/config.ts'

type Options = Pick<
  RunPlaybookConfig,
  | 'user'
  | 'privateKey'
  | 'connection'
  | 'timeout'
  | 'becomeUser'
  | 'becomeMethod'
  | 'sshCommonArgs'
  | 'sshExtraArgs'
>

export function connectionFlags(
  options: Options,
  secrets: Pick<ConnectionFlags, 'password' | 'becomePassword'>,
): ConnectionFlags {
  const { user, privateKey, connection, timeout, becomeUser, becomeMethod } = options
  const sshArgs = [options.sshCommonArgs, options.sshExtraArgs].flatMap((args = '') => shellSplit(args))
  return {
    user,
    privateKeyFile: privateKey,
    sshArgs: sshArgs.length === 0 ? undefined : sshArgs,
    connection,
    timeout,
    becomeUser,
    becomeMethod,
    ...secrets,
  }
}
