// The command line: its commands and flags, the same letters and meanings as ansible-playbook's.

import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { describeError, Faults, PlaybookError } from '../model/error.ts'
import type { RunFlags } from './flags.ts'
import { relativeTo } from './places.ts'

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
    return reportFailure(thrown)
  }
}

function createProgram(version: string, done: (code: number) => void): Command {
  const program = new Command('run-playbook')
    .description('Runs playbooks written in TypeScript on hosts over SSH.')
    .version(version, '-V, --version')
    .argument('[playbooks...]', 'playbooks, looked for here, then in playbooks/')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
  withRunFlags(program).action(async (playbooks: string[], flags: RunFlags) => {
    const { runPlaybooks } = await import('./runPlaybooks.ts')
    done(await runPlaybooks(playbooks, flags))
  })
  withRunFlags(program.command('task'))
    .description('Runs one task ad hoc: run-playbook task NAME --param value -i INVENTORY -l PATTERN')
    .argument('<name>', 'a task, or a file that exports one')
    .argument('[params...]', "the task's parameters: --flag value or key=value; --help lists them")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (name: string, params: string[], flags: RunFlags) => {
      const { runTaskCommand } = await import('./taskCommand.ts')
      done(await runTaskCommand(name, params, flags))
    })
  program
    .command('docs')
    .description('Shows the tasks there are, or one with its parameters.')
    .argument('[task]', 'the task to show')
    .option('--markdown', 'the whole reference as Markdown')
    .action(async (task: string | undefined, flags: { markdown?: boolean }) => {
      const { docsCommand } = await import('./docsCommand.ts')
      done(await docsCommand(task, flags))
    })
  return program
}

function withRunFlags(command: Command): Command {
  return command
    .option(
      '-i, --inventory <source>',
      'an inventory file, folder, or host list with commas; repeatable',
      collect,
      [],
    )
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('-t, --tags <tags>', 'only tasks with these tags', collectWords, [])
    .option('--skip-tags <tags>', 'no tasks with these tags', collectWords, [])
    .option('-C, --check', 'changes nothing; shows what would change')
    .option('-D, --diff', 'shows changed files line by line')
    .option('-e, --extra-vars <vars>', 'key=value, @file or {json}; above all other variables', collect, [])
    .option('-f, --forks <number>', 'how many hosts at once (default 100)', positiveInt)
    .option(
      '-v, --verbose',
      '-v ok tasks too, -vv commands, -vvv what they said, -vvvv connections',
      (_, n: number) => n + 1,
      0,
    )
    .option('-b, --become', 'become another user for all tasks')
    .option('--become-user <user>', 'whom to become (default root)')
    .option('-K, --ask-become-pass', "asks for sudo's password")
    .option('-k, --ask-pass', 'asks for the SSH password')
    .option('-u, --user <user>', 'login user')
    .option('--private-key <file>', 'private key file')
    .option('--ssh-common-args <args>', "arguments as for ssh: '-o …', '-J …'")
    .option('-c, --connection <kind>', 'ssh or local')
    .option('-T, --timeout <seconds>', 'until a connect is given up (default 10)', positiveInt)
    .option('--vault-password-file <file>', 'holds the vault password', collect, [])
    .option('--output <format>', 'auto, board, lines or jsonl', 'auto')
    .option('--list-hosts', 'shows the hosts, runs nothing')
    .option('--list-tasks', 'shows the tasks, runs nothing')
    .option('--list-tags', 'shows the tags, runs nothing')
    .option('--syntax-check', 'loads and checks everything, contacts no host')
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

function collectWords(value: string, before: string[]): string[] {
  return [...before, ...value.split(',').filter((word) => word !== '')]
}

function positiveInt(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('Expected a whole number above 0.')
  return number
}

/** Writes what went wrong to stderr: 1 for what a person can put right in their files or flags. */
function reportFailure(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode
  if (thrown instanceof Faults) {
    const count = thrown.faults.length
    const lines = thrown.faults.flatMap((fault) => describeError(relativeTo(fault, process.cwd())))
    process.stderr.write(
      `${lines.join('\n')}\n${count} fault${count === 1 ? '' : 's'}. No host was contacted.\n`,
    )
    return 1
  }
  if (thrown instanceof PlaybookError) {
    process.stderr.write(`${thrown.code}  ${describeError(relativeTo(thrown, process.cwd())).join('\n  ')}\n`)
    return 1
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  process.stderr.write(`E_INTERNAL  This is a fault of run-playbook itself.\n${text}\n`)
  return 1
}

/** `| head` closes our output: that is no failure. */
function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  }
}
