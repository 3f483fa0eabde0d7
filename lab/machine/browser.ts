// Finds a Chromium for the tests in a browser, or installs it by apt.

import { type Log, noLog } from './log.ts'
import { installPrograms, isOnPath } from './prerequisites.ts'
import { runIn } from './run.ts'

/** Any of them will do; the first is the smallest, and Debian has it as a package of this name. */
const browserPrograms = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/**
 * The program to start: `$RUN_PLAYBOOK_BROWSER`, or one of the path. As root, apt installs one where there is none.
 *
 * @throws Error with the reason, where there is none
 */
export async function browserProgram(log: Log = noLog): Promise<string> {
  const found = process.env.RUN_PLAYBOOK_BROWSER || (await programOnPath())
  if (found) return found
  const advice = 'install Chromium, or name one by RUN_PLAYBOOK_BROWSER'
  if (process.getuid?.() !== 0 || !(await isOnPath('apt-get')))
    throw new Error(`no browser is found: ${advice}`)
  const [program = ''] = browserPrograms
  await installPrograms({ [program]: program }, log).catch((error: Error & { details?: string[] }) => {
    throw new Error(`apt cannot install ${program}: ${error.details?.at(-1) ?? error.message}`)
  })
  return program
}

/** Why the tests in a browser cannot run here: there is none, or it does not start. */
export async function whyNoBrowser(log: Log): Promise<string | undefined> {
  try {
    const program = await browserProgram(log)
    await runIn({ timeout: '60s' })`${program} --headless --no-sandbox --disable-gpu --dump-dom about:blank`
    return undefined
  } catch (error) {
    const { message, details = [] } = error as Error & { details?: readonly string[] }
    return [message, ...details].join(' ')
  }
}

async function programOnPath(): Promise<string | undefined> {
  for (const program of browserPrograms) if (await isOnPath(program)) return program
}
