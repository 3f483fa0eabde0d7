// The command that goes on with a run that did not finish.

import { quote } from '../../model/command.ts'
import type { Resumable } from '../../model/run/event.ts'

/** As a person can paste it; values of variables that were not kept are for them to fill in. */
export function resumeCommand(playbooks: readonly string[], { unkeptVars }: Resumable): string {
  const vars = unkeptVars.flatMap((name) => ['-e', `${quote(name)}=…`])
  return ['run-playbook', ...playbooks.map(quote), '--resume', ...vars].join(' ')
}
