// The task shell: runs shell text.

import { absolutePath, type Command, defineTask, sh, shellText, z } from '../../src/index.ts'
import { commandChanges, commandEffects, commandParams, guards, shortened } from './command.ts'

/**
 * Runs shell text, with pipes, redirections and variables. Begin it with `set -e` to stop at the first command that
 * fails.
 *
 * - `script`: the text. Quote values that you put into it by `quote`, or use `command`.
 * - `executable`: the shell that runs it (`/bin/bash`); default: the host's `sh`.
 * - `creates`, `removes`, `writes`, `chdir`, `stdin`, `okCodes`: as for `command`.
 *
 * @throws PlaybookError E_NO_FOLDER, E_NOT_CREATED, and the engine's error for another exit code
 * @example shell({ script: 'openssl rand -hex 32 > key', chdir: '/etc/app', creates: '/etc/app/key' })
 */
export const shell = defineTask({
  name: 'shell',
  summary: 'Runs shell text, unless what it makes exists already.',
  params: z.strictObject({
    script: z.string().min(1).describe('The shell text.'),
    executable: absolutePath.optional().describe("The shell that runs it; default: the host's sh."),
    ...commandParams,
  }),
  title: ({ script }) => shortened(script),
  probe: guards,
  plan: (params, observed) => commandChanges(commandLine(params), shortened(params.script), params, observed),
  effects: commandEffects,
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
