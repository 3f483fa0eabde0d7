// The command line: its commands, and the exit code of each.

import { Command, CommanderError } from 'commander'
import { addCompletionCommands } from './completionCommand.ts'
import { addConfigCommand } from './configCommand.ts'
import { failureText } from './failure.ts'
import type { RunFlags } from './flags.ts'
import { addHistoryCommands } from './historyCommand.ts'
import { Interruption } from './interruption.ts'
import { addInventoryCommand } from './inventoryCommand.ts'
import { withPlaybookFlags, withRunFlags } from './runFlags.ts'
import { applySettings, loadSettings, takesSettings } from './settings.ts'
import { addVaultCommand } from './vaultCommand.ts'

/** Runs the command line and gives its exit code. Errors are written to stderr, without a stack. */
export async function main(argv: readonly string[], version: string): Promise<number> {
  ignoreBrokenPipe()
  let code = 0
  const program = createProgram(version, (result) => {
    code = result
  })
  try {
    await program.parseAsync([...argv])
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode
    if (thrown instanceof Interruption) return 130
    process.stderr.write(await failureText(thrown, process.cwd()))
    return 1
  }
}

function createProgram(version: string, done: (code: number) => void): Command {
  const program = new Command('run-playbook')
    .description('Runs playbooks written in TypeScript on hosts over SSH.')
    .version(version, '-V, --version', 'shows the version')
    .helpOption('-h, --help', 'shows this')
    .helpCommand(false)
    .argument('[playbooks...]', 'playbooks, looked for here, then in playbooks/')
    .addHelpText('after', exitCodes)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .hook('preAction', async (_, command) => {
      if (command.name() !== 'task' && takesSettings(command)) applySettings(command, await loadSettings())
    })
  withPlaybookFlags(withRunFlags(program)).action(
    async (playbooks: string[], flags: RunFlags, command: Command) => {
      if (flags.resume) {
        const { resumePlaybooks } = await import('./resume/resumePlaybooks.ts')
        return done(await resumePlaybooks(playbooks, command))
      }
      const { runPlaybooks } = await import('./runPlaybooks.ts')
      done(await runPlaybooks(playbooks, flags))
    },
  )
  addTaskCommand(program, done)
  program
    .command('docs')
    .description('Shows the tasks there are, or one with its parameters.')
    .argument('[task]', 'the task to show, or a file that exports one')
    .option('--markdown', 'as Markdown')
    .action(async (task: string | undefined, flags: { markdown?: boolean }) => {
      const { docsCommand } = await import('./docsCommand.ts')
      done(await docsCommand(task, flags))
    })
  addInventoryCommand(program, done)
  addVaultCommand(program, done)
  addConfigCommand(program, done)
  addHistoryCommands(program, done)
  addCompletionCommands(program, done)
  return program
}

const exitCodes = `
Exit codes: 0 all went well; 1 usage, configuration, or faults in files; 2 a host failed; 4 one was unreachable;
6 both; 130 interrupted; 141 nobody reads the output any more.
`

/** Behind the task's name its own parameters stand among the flags: they are told apart when the task is known. */
function addTaskCommand(program: Command, done: (code: number) => void): void {
  withRunFlags(program.command('task'))
    .description('Runs one task ad hoc, on all hosts or those of -l.')
    .usage('[flags] NAME [--param value | key=value …] [flags]')
    .argument('<name>', 'a task (run-playbook docs lists them), or a file that exports one')
    .argument('[params...]', "the task's parameters: --flag value or key=value; NAME --help lists them")
    .passThroughOptions()
    .action(async (name: string, words: string[], _flags: RunFlags, command: Command) => {
      const { runTaskCommand } = await import('./taskCommand.ts')
      const settings = await loadSettings()
      command.passThroughOptions(false)
      const readFlags = (others: readonly string[]) => {
        const { operands, unknown } = command.parseOptions([...others])
        applySettings(command, settings)
        return { flags: command.opts<RunFlags>(), rest: [...operands, ...unknown] }
      }
      done(await runTaskCommand(name, words, readFlags))
    })
}

function usageError(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n')
  const hint = rest.map((line) => `    ${line.replace(/^\((.*)\)$/, '$1')}\n`).join('')
  return `${first.replace(/^error: /, '')}  E_USAGE\n${hint}`
}

/** `| head` closes our output: that is no fault. A run is stopped by it: see stopSignal. */
function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
