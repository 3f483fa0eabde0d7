// Opens a file in the user's browser.

import { spawn } from 'node:child_process'
import { PlaybookError } from '../../model/errors/error.ts'

/** Those that fail do so at once; those that wait for the browser to end need not be waited for. */
const limitMs = 2000

/** By `open` on macOS, elsewhere by xdg-open, which follows `$BROWSER`. @throws PlaybookError E_OPEN */
export async function openFile(path: string): Promise<void> {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const reason = await new Promise<string | undefined>((resolve) => {
    const child = spawn(program, [path], { detached: true, stdio: 'ignore' })
    const timer = setTimeout(() => resolve(undefined), limitMs)
    child.on('error', ({ message }) => resolve(message))
    child.on('exit', (code) => {
      clearTimeout(timer)
      resolve(code === 0 ? undefined : `${program} ended with exit code ${code}`)
    })
    child.unref()
  })
  if (reason === undefined) return
  throw new PlaybookError('E_OPEN', `The report cannot be opened: ${reason}.`, {
    hint: `It is in ${path}: copy it to a machine with a browser, or open it there.`,
  })
}
