// The task shell: runs shell text.

import { absolutePath, type Command, defineTask, sh, shellText, z } from '../../src/index.ts'
import { commandChanges, commandEffects, commandNeeds, commandSchema, guards } from './command.ts'
import { shortScript } from './commandText.ts'

/**
 * Runs shell text, with pipes, redirections and variables. Begin it with `set -e` to stop at the first command that
 * fails.
 *
 * - `script`: the text. Quote values that you put into it by `quote`, or use `command`.
 * - `executable`: the shell that runs it (`/bin/bash`); default: the host's `sh`.
 * - `creates`, `removes`, `writes`, `chdir`, `stdin`, `okCodes`, `changed`, `failed`, `checkMode`, `reads`: as for
 *   `command`.
 *
 * @throws PlaybookError E_NO_FOLDER, E_NOT_CREATED, E_FUNCTION, and E_STEP for another exit code
 * @example shell({ script: 'dpkg --audit', failed: ({ stdout }) => stdout !== '' && 'packages are broken', changed: false })
 * @example shell({ script: 'openssl rand -hex 32 > key', chdir: '/etc/app', creates: '/etc/app/key' })
 */
export const shell = defineTask({
  name: 'shell',
  summary: 'Runs shell text, unless what it makes exists already.',
  ansible: { modules: ['shell'], params: { cmd: 'script' } },
  params: commandSchema({
    script: z.string().min(1).describe('The shell text.'),
    executable: absolutePath.optional().describe("The shell that runs it; default: the host's sh."),
  }),
  title: ({ script }) => shortScript(script),
  needs: ({ executable, creates }) => (executable === undefined ? {} : commandNeeds(executable, creates)),
  probe: guards,
  plan: (params, observed) => {
    const short = shortScript(params.script)
    return commandChanges(commandLine(params), { short, folded: [] }, params, observed)
  },
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
