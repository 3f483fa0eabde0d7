// Defines the docs command and its flags.

import type { Command } from 'commander'

/** Adds the command; `done` takes its exit code. */
export function addDocsCommand(program: Command, done: (code: number) => void): void {
  program
    .command('docs')
    .description('List the available tasks, or describe one with its parameters.')
    .argument('[task]', 'name of a task, or a file that exports one')
    .option('--markdown', 'print Markdown')
    .action(async (task: string | undefined, flags: { markdown?: boolean }) => {
      const { showDocs } = await import('./showDocs.ts')
      done(await showDocs(task, flags))
    })
}
