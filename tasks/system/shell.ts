// The task shell: runs shell text.

import { absolutePath, type Command, defineTask, sh, shellText, z } from '../../src/index.ts'
import { commandChanges, commandParams, guards, shortened } from './command.ts'

/**
 * Runs shell text: pipes, redirections, variables and all. It stops where the shell does: begin it with `set -e` to stop
 * at the first command that fails.
 *
 * - `script`: the text. Values that are put into it have to be quoted: `quote` does it, or use `command`.
 * - `executable`: the shell to run it by (`/bin/bash`); the host's `sh` if not given.
 * - `creates`, `removes`, `chdir`, `stdin`, `okCodes`: as for `command`.
 *
 * @throws PlaybookError E_NOT_CREATED, and the engine's error for another exit code
 * @example shell({ script: 'openssl rand -hex 32 > key', chdir: '/etc/app', creates: '/etc/app/key' })
 */
export const shell = defineTask({
  name: 'shell',
  summary: 'Runs shell text, unless what it makes stands already.',
  params: z.strictObject({
    script: z.string().min(1).describe('The shell text.'),
    executable: absolutePath.optional().describe("The shell to run it by; the host's sh if not given."),
    ...commandParams,
  }),
  title: ({ script }) => shortened(script),
  probe: guards,
  plan: (params, observed) => commandChanges(commandLine(params), shortened(params.script), params, observed),
  verify: false,
})

function commandLine({
  script,
  executable,
}: {
  readonly script: string
  readonly executable?: string
}): Command {
  return executable === undefined ? shellText(script) : sh`${executable} -c ${script}`
}
