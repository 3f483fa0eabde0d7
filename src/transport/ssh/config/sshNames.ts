// Checks names of hosts and users before they reach a shell, as OpenSSH does.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { SourceLocation } from '../../../model/errors/location.ts'
import { hostNameProblem, userNameProblem } from '../../../model/loginNames.ts'

/** @throws PlaybookError E_HOST_NAME */
export function checkHostName(name: string | undefined, where?: SourceLocation): void {
  const problem = name === undefined ? undefined : hostNameProblem(name)
  if (problem) throw new PlaybookError('E_HOST_NAME', `${problem}.`, { where })
}

/** @throws PlaybookError E_USER_NAME */
export function checkUserName(name: string | undefined, where?: SourceLocation): void {
  const problem = name === undefined ? undefined : userNameProblem(name)
  if (problem) throw new PlaybookError('E_USER_NAME', `${problem}.`, { where })
}
