// Runs the built command on a terminal, and returns what the screen shows at each moment.

import { spawn } from 'node:child_process'
import { createTestTerminal } from '../report/board/terminal.ts'
import { type CliSite, main } from './command.ts'

type OnScreen = {
  readonly code: number
  /** The last screen, with what has scrolled away. */
  readonly text: string
  /** Every screen, with what had scrolled away. */
  readonly screens: readonly string[]
  /** What was written, as it was. */
  readonly written: string
}

type ScreenOptions = {
  readonly size?: readonly [columns: number, rows: number]
  readonly env?: { readonly [name: string]: string }
}

/** `keys`: what is typed, or done, once the screen looks so, one after the other. Made by `script` of util-linux. */
export async function onScreen(
  site: CliSite,
  args: string,
  keys: readonly (readonly [looks: RegExp, typed: string | (() => void)])[] = [],
  { size: [columns, rows] = [80, 24], env: more = {} }: ScreenOptions = {},
): Promise<OnScreen> {
  const line = `stty rows ${rows} cols ${columns}; exec '${process.execPath}' '${main}' ${args}`
  const { CI, ...env } = process.env
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: site.path,
    env: {
      ...{ ...env, TERM: 'xterm', NO_COLOR: '1', RUN_PLAYBOOK_LOCK: 'off' },
      ...{ XDG_CACHE_HOME: `${site.path}/.cache`, ...more },
    },
  })
  const terminal = createTestTerminal(columns, rows)
  const waiting = [...keys]
  const screens: string[] = []
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    terminal.write(text)
    const screen = terminal.lines().join('\n')
    screens.push(screen)
    const [next] = waiting
    if (!next?.[0].test(screen)) return
    waiting.shift()
    const [, typed] = next
    if (typeof typed === 'string') child.stdin.write(typed)
    else typed()
  })
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)))
  child.stdin.destroy()
  return { code, text: screens.at(-1) ?? '', screens, written: terminal.written() }
}
