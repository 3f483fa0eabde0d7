// Defines the command line, and turns its outcome into an exit code.

import './zodSettings.ts'
import { Command, CommanderError } from 'commander'
import { Interrupted } from '../secrets/interrupted.ts'
import { addCompletionCommands } from './completion/completionCommand.ts'
import { addDocsCommand, printOverview } from './docs/docsCommand.ts'
import { addDoctorCommand } from './doctor/doctorCommand.ts'
import { errorText } from './errorText.ts'
import { addFactsCommand } from './facts/factsCommand.ts'
import { addConfigCommand } from './flags/configCommand.ts'
import { addPlaybookFlags, addRunFlags, type RunFlags } from './flags/runFlags.ts'
import { applySettings, loadSettings, takesSettings } from './flags/settings.ts'
import { addHistoryCommands } from './history/historyCommand.ts'
import { addInitCommand } from './init/initCommand.ts'
import { addInventoryCommand } from './inventory/inventoryCommand.ts'
import { ReportedError } from './run/reportedError.ts'
import { addExecCommand } from './task/execCommand.ts'
import { addTaskCommand } from './task/taskCommand.ts'
import { addTestCommand } from './test/testCommand.ts'
import { addVaultCommand } from './vault/vaultCommand.ts'

/** Runs the command line and gives its exit code. Errors are written to stderr, without a stack. */
export async function main(argv: readonly string[], version: string): Promise<number> {
  guardOutput()
  if (!hasWorkingFolder()) return 1
  process.once('uncaughtException', endWithError)
  let code = 0
  const program = createProgram(argv.slice(2), version, (result) => {
    code = result
  })
  try {
    await program.parseAsync([...argv])
    // What could not be written is known a moment later.
    await new Promise((resolve) => setImmediate(resolve))
    return code || Number(process.exitCode ?? 0)
  } catch (thrown) {
    if (thrown instanceof Interrupted) return 130
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
    const error = thrown instanceof ReportedError ? thrown.cause : thrown
    if (error === thrown) {
      const { printErrorEvents } = await import('./errorEvents.ts')
      await printErrorEvents(error, argv)
    }
    if (error instanceof CommanderError) return error.exitCode
    process.stderr.write(await errorText(error, process.cwd()))
    return 1
  } finally {
    process.off('uncaughtException', endWithError)
  }
}

/** What is thrown in a timer or an event: Node would print it with the secrets in it. */
async function endWithError(thrown: unknown): Promise<void> {
  process.stderr.write(await errorText(thrown, process.cwd()))
  process.exit(1)
}

function createProgram(args: readonly string[], version: string, done: (code: number) => void): Command {
  const program = new Command('run-playbook')
    .description('Run playbooks written in TypeScript on hosts over SSH.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .argument('[playbooks...]', 'playbooks, searched here and in playbooks/')
    .addHelpText('after', exitCodes)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .configureHelp({ optionDescription: ({ description }) => description })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageError(text, args)) })
    .hook('preAction', async (_, command) => {
      if (command.name() !== 'task' && takesSettings(command)) applySettings(command, await loadSettings())
    })
  addPlaybookFlags(addRunFlags(program)).action(
    async (playbooks: string[], flags: RunFlags, command: Command) => {
      if (flags.resume) {
        const { resumePlaybooks } = await import('./resume/resumePlaybooks.ts')
        return done(await resumePlaybooks(playbooks, command))
      }
      if (playbooks.length === 0 && process.argv.length === 2) {
        await printOverview(program)
        return done(0)
      }
      const { runPlaybooks } = await import('./run/runPlaybooks.ts')
      done(await runPlaybooks(playbooks, flags))
    },
  )
  if (!isPlaybookRun(args)) for (const add of new Set(Object.values(commands))) add(program, done)
  return program
}

/** What adds each command, in the order of the help. */
const commands: Readonly<Record<string, (program: Command, done: (code: number) => void) => void>> = {
  init: addInitCommand,
  task: addTaskCommand,
  exec: addExecCommand,
  test: addTestCommand,
  doctor: addDoctorCommand,
  docs: addDocsCommand,
  explain: addDocsCommand,
  help: addDocsCommand,
  inventory: addInventoryCommand,
  facts: addFactsCommand,
  vault: addVaultCommand,
  config: addConfigCommand,
  history: addHistoryCommands,
  report: addHistoryCommands,
  completion: addCompletionCommands,
  complete: addCompletionCommands,
}

/** A run of playbooks does without the other commands, whose flags take time to define. */
function isPlaybookRun(args: readonly string[]): boolean {
  return (
    args.length > 0 && !args.some((arg) => Object.hasOwn(commands, arg) || /^(?:-\w*h\w*|--help)$/.test(arg))
  )
}

const exitCodes = `
Examples:
  run-playbook init site
  run-playbook site.ts -i inventory.yaml --check --diff
  run-playbook site.ts -i inventory.yaml -l 'web:!web-02' -t config -K
  run-playbook site.ts --resume
  run-playbook task copyFile --src motd --dest /etc/motd -i web-01, -b

Exit codes:
  0    success
  1    wrong usage, configuration or files; no host was contacted
  2    a host failed
  3    with --detailed-exitcode: something has changed, would change or is unknown
  4    a host was unreachable
  6    both
  130  interrupted
  141  the reader of the output went away (broken pipe)
`

function usageError(text: string, [command = '']: readonly string[]): string {
  const [first = '', ...suggestions] = text.trim().split('\n')
  const message = first.replace(/^error: /, '')
  if (message.startsWith('unknown option') && suggestions.length === 0)
    suggestions.push(
      `run-playbook ${Object.hasOwn(commands, command) ? `${command} ` : ''}--help lists the options`,
    )
  const hint = suggestions.map((line) => `    ${line.replace(/^\((.*)\)$/, '$1')}\n`).join('')
  return `${message}  E_USAGE\n${hint}`
}

/** Output that cannot be written (`| head`, a full disk) is no error of the program; it stops a run, see stopSignal. */
function guardOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.once('error', ({ code, message }: NodeJS.ErrnoException) => {
    process.stdout.on('error', () => {})
    if (code === 'EPIPE') return
    process.exitCode = 1
    process.stderr.write(`Standard output cannot be written: ${message}  E_OUTPUT\n`)
  })
}

/** Node.js finds no path without one. */
function hasWorkingFolder(): boolean {
  try {
    process.cwd()
    return true
  } catch {
    process.stderr.write(
      'The working folder does not exist any more.  E_NO_FOLDER\n    Go to another one: cd\n',
    )
    return false
  }
}
