// Defines the completion command, and the hidden one that its scripts call.

import { Argument, type Command } from 'commander'

const shells = ['bash', 'zsh', 'fish'] as const

/** Adds both commands; `done` takes their exit code. */
export function addCompletionCommands(program: Command, done: (code: number) => void): void {
  program
    .command('completion')
    .summary('print a script that completes words in your shell')
    .description('Print a shell script that completes commands, flags, playbooks, hosts, tags and tasks.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', help)
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScripts } = await import('./scripts.ts')
      process.stdout.write(completionScripts[shell])
      done(0)
    })
  program
    .command('complete', { hidden: true })
    .argument('[words...]', 'the words before the cursor; the last one may be incomplete')
    .option('--line <text>', 'the line before the cursor, instead of words')
    .action(async (words: string[], { line }: { line?: string }) => {
      const { complete } = await import('./candidates.ts')
      const { splitLine } = await import('./splitLine.ts')
      const given = line === undefined ? words : splitLine(line).slice(1)
      process.stdout.write((await complete(program, given)).map((each) => `${each}\n`).join(''))
      done(0)
    })
}

const help = `
Install it:
  bash   run-playbook completion bash > ~/.local/share/bash-completion/completions/run-playbook
  zsh    run-playbook completion zsh > "\${fpath[1]}/_run-playbook"
  fish   run-playbook completion fish > ~/.config/fish/completions/run-playbook.fish
`
