// Defines the docs command and its flags.

import type { Command } from 'commander'

/** Adds the command; `done` takes its exit code. */
export function addDocsCommand(program: Command, done: (code: number) => void): void {
  program
    .command('docs')
    .description('Shows the tasks there are, or one with its parameters.')
    .argument('[task]', 'the task to show, or a file that exports one')
    .option('--markdown', 'as Markdown')
    .action(async (task: string | undefined, flags: { markdown?: boolean }) => {
      const { showDocs } = await import('./showDocs.ts')
      done(await showDocs(task, flags))
    })
}
