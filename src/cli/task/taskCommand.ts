// Defines the task command and its flags.

import type { Command } from 'commander'
import { addRunFlags, type RunFlags } from '../flags/runFlags.ts'
import { applySettings, loadSettings } from '../flags/settings.ts'

/** Adds the command. Parameters and flags may be mixed after the task's name; the task's schema tells them apart. */
export function addTaskCommand(program: Command, done: (code: number) => void): void {
  addRunFlags(program.command('task'))
    .summary('run a single task on hosts')
    .description('Run a single task on all hosts, or on those of -l.')
    .usage('[flags] NAME [--param value | key=value …] [flags]')
    .argument(
      '<name>',
      'name of a task (list them: run-playbook docs); a file, or a module of a package, that exports one: ./my.ts, ./my.ts#name, my-package/tasks#name',
    )
    .argument(
      '[params...]',
      'parameters as --name value or name=value; list them: run-playbook task NAME --help',
    )
    .passThroughOptions()
    .action(async (name: string, words: string[], _flags: RunFlags, command: Command) => {
      const { runAdHocTask } = await import('./runAdHocTask.ts')
      const settings = await loadSettings()
      command.passThroughOptions(false)
      const readFlags = (others: readonly string[]) => {
        const { operands, unknown } = command.parseOptions([...others])
        applySettings(command, settings)
        return { flags: command.opts<RunFlags>(), rest: [...operands, ...unknown] }
      }
      done(await runAdHocTask(name, words, readFlags))
    })
}
