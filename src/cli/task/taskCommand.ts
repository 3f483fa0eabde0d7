// Defines the task command and its flags.

import type { Command } from 'commander'
import type { RunFlags } from '../flags/runFlags.ts'
import { addRunFlags } from '../flags/runFlags.ts'
import { applySettings, loadSettings } from '../flags/settings.ts'

/** Behind the task's name its own parameters stand among the flags: they are told apart when the task is known. */
export function addTaskCommand(program: Command, done: (code: number) => void): void {
  addRunFlags(program.command('task'))
    .description('Runs one task ad hoc, on all hosts or those of -l.')
    .usage('[flags] NAME [--param value | key=value …] [flags]')
    .argument('<name>', 'a task (run-playbook docs lists them), or a file that exports one')
    .argument('[params...]', "the task's parameters: --flag value or key=value; NAME --help lists them")
    .passThroughOptions()
    .action(async (name: string, words: string[], _flags: RunFlags, command: Command) => {
      const { runTask } = await import('./runTask.ts')
      const settings = await loadSettings()
      command.passThroughOptions(false)
      const readFlags = (others: readonly string[]) => {
        const { operands, unknown } = command.parseOptions([...others])
        applySettings(command, settings)
        return { flags: command.opts<RunFlags>(), rest: [...operands, ...unknown] }
      }
      done(await runTask(name, words, readFlags))
    })
}
