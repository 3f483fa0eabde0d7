// The command that resumes a run that did not finish.

import type { Resumable } from '../../model/run/event.ts'
import { quote } from '../../model/shell/command.ts'

/** Ready to be pasted; values of variables that were not kept are to be filled in. */
export function resumeCommand(
  playbooks: readonly string[],
  { unkeptVars }: Resumable,
  program: string,
): string {
  const vars = unkeptVars.flatMap((name) => ['-e', `${quote(name)}=…`])
  return [program, ...playbooks.map(quote), '--resume', ...vars].join(' ')
}
