// Runs the built command on a terminal and answers its questions.

import { spawn } from 'node:child_process'
import { type CliSite, type Ended, main } from './command.ts'

/** What is typed once the output has come to match; `\x03` is Ctrl-C. */
export type Answer = readonly [question: RegExp, typed: string]

type TerminalOptions = {
  readonly command?: string
  readonly env?: { readonly [name: string]: string }
}

/** `stdout` is all that the terminal shows, with plain line ends. Made by `script` of util-linux. */
export async function onTerminal(
  site: CliSite,
  args: string,
  answers: readonly Answer[],
  { command = main, env: more = {} }: TerminalOptions = {},
): Promise<Ended> {
  const line = `stty rows 24 cols 80; exec '${process.execPath}' '${command}' ${args}`
  const { CI, ...env } = process.env
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: site.path,
    env: { ...env, TERM: 'xterm', NO_COLOR: '1', XDG_CACHE_HOME: `${site.path}/.cache`, ...more },
  })
  const waiting = [...answers]
  let stdout = ''
  let seen = 0
  child.stdout.on('data', (bytes) => {
    stdout += bytes
    for (let next = waiting[0]; next; next = waiting[0]) {
      const found = next[0].exec(stdout.slice(seen))
      if (!found) return
      seen += found.index + found[0].length
      waiting.shift()
      child.stdin.write(next[1])
    }
  })
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)))
  child.stdin.destroy()
  return { code, stdout: stdout.replaceAll('\r\n', '\n'), stderr: '' }
}
