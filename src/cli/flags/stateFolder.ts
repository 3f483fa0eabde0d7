// Locates where the command line records runs.

import { join } from 'node:path'

/** `.run-playbook` in the working folder. */
export function stateFolder(): string {
  return join(process.cwd(), '.run-playbook')
}
