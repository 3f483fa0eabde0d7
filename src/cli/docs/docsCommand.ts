// Defines the commands docs, explain and help, and their flags.

import type { Command } from 'commander'

/** Adds the commands; `done` takes their exit code. */
export function addDocsCommand(program: Command, done: (code: number) => void): void {
  program
    .command('docs')
    .summary('tasks, keywords, types and pages of the documentation, offline')
    .description(
      'List the tasks and pages, or show one: a task, a module of Ansible, a keyword, a type, a page. Other words are searched for.',
    )
    .argument(
      '[topic...]',
      'copyFile, lineinfile, serial, XmlEdit, from-ansible, …; or a file that exports a task',
    )
    .option('--markdown', 'print Markdown')
    .action(async (words: string[], flags: { markdown?: boolean }) => {
      const { showDocs } = await import('./showDocs.ts')
      done(await showDocs(words.join(' ') || undefined, flags))
    })
  program
    .command('explain')
    .summary('what an error code means, and what to do')
    .description('Explain an error code and what to do, or list all codes.')
    .argument('[code]', 'the code at the end of an error, such as E_AUTH')
    .action(async (code: string | undefined) => {
      const { explain } = await import('./explain.ts')
      process.stdout.write(explain(code))
      done(0)
    })
  program
    .command('help', { hidden: true })
    .argument('[topic...]', 'a command, or what docs knows')
    .action(async (words: string[]) => {
      const command = program.commands.find((each) => each.name() === words[0])
      if (command && words.length === 1) command.outputHelp()
      else if (words.length === 0) await printOverview(program)
      else {
        const { showDocs } = await import('./showDocs.ts')
        return done(await showDocs(words.join(' '), {}))
      }
      done(0)
    })
}

/** What the command shows without arguments. */
export async function printOverview(program: Command): Promise<void> {
  const { overview } = await import('./overview.ts')
  process.stdout.write(overview(program))
}
