// Defines the command init, which starts a project.

import { type Command, Option } from 'commander'
import type { InitFlags } from './initProject.ts'

/** Adds the command; `done` takes its exit code. */
export function addInitCommand(program: Command, done: (code: number) => void): void {
  program
    .command('init')
    .summary('start a project: a playbook, a role with its test, an inventory')
    .description(
      'Start a project: a playbook, a role with its test, an inventory, settings for editors and CI.',
    )
    .argument('[directory]', 'folder of the project; made if it does not exist', '.')
    .addOption(
      new Option('--on <where>', 'where the sample playbook runs').choices(['machine', 'hosts'] as const),
    )
    .addOption(
      new Option('--language <language>', 'language of the files').choices([
        'typescript',
        'javascript',
      ] as const),
    )
    .addOption(
      new Option('--role <role>', 'a sample role with its test').choices(['sample', 'none'] as const),
    )
    .option('-y, --yes', 'ask nothing: take the defaults (machine, typescript, sample)')
    .option('--force', 'write into a folder that is not empty; existing files are kept')
    .addHelpText('after', examples)
    .action(async (directory: string, flags: InitFlags) => {
      const { initProject } = await import('./initProject.ts')
      await initProject(directory, flags)
      done(0)
    })
}

const examples = `
What no flag answers is asked on a terminal; without one the defaults count.

Examples:
  npx run-playbook init site
  npx run-playbook init --yes --on hosts --language javascript .
`
