// Runs local commands by zx, and turns failures into errors of the project.

import { $, type Options } from 'zx'
import { PlaybookError } from '../../src/model/errors/error.ts'

// zx is the lab's process runner. Where a process outlives the call or its streams are needed as they come, the lab
// spawns it itself (host.ts, mirror.ts, ssh.ts, runIsolated.ts).

type Command = (pieces: TemplateStringsArray, ...args: unknown[]) => Promise<string>

/** Runs a local command and gives its stdout; a failure is `E_LAB_COMMAND` with the command's last lines. */
export const run: Command = runIn({})

/** As `run`, with settings: `runIn({ cwd: '/tmp' })`, `runIn({ input: script })`, `runIn({ env })`. */
export function runIn(options: Partial<Options>): Command {
  const stdin = options.input === undefined ? 'ignore' : 'pipe'
  const shell = $({ quiet: true, nothrow: true, stdio: [stdin, 'pipe', 'pipe'], ...options })
  return async (pieces, ...args) => {
    const output = await shell(pieces, ...args)
    if (output.exitCode === 0) return output.stdout
    const command = String.raw({ raw: pieces }, ...args.flat().map(String))
    throw commandError(command, output.exitCode, output.stderr || output.stdout)
  }
}

/** The error of a local command that failed, with the last lines of its output. */
export function commandError(command: string, code: number | null, output: string): PlaybookError {
  return new PlaybookError('E_LAB_COMMAND', `"${headline(command)}" failed with code ${code}.`, {
    details: lastLines(output, 12),
  })
}

/** The last `count` lines that are not blank. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
}

function headline(command: string): string {
  const line = command.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 117)}…` : line
}
