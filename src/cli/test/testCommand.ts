// Defines the test command and its flags.

import type { Command } from 'commander'
import type { RunFlags } from '../flags/runFlags.ts'
import { addSettingFlags, type SettingName, settingFlags } from '../flags/settingFlags.ts'

/** Adds the command; `done` takes its exit code. */
export function addTestCommand(program: Command, done: (code: number) => void): void {
  const names = Object.keys(settingFlags).filter((name) => name !== 'check') as SettingName[]
  addSettingFlags(
    program.command('test').option('--verify <playbook>', 'playbook to run at the end (default: see below)'),
    names,
  )
  const command = program.commands.at(-1)!
  command
    .summary('run playbooks twice and verify the result')
    .description(
      'Test playbooks on hosts: run them, run them again, and run a playbook that verifies the result.',
    )
    .argument('<playbooks...>', 'playbooks, searched here and in playbooks/')
    .addHelpText('after', phases)
    .action(async (playbooks: string[], flags: RunFlags & { readonly verify?: string }) => {
      const { testPlaybooks } = await import('./testPlaybooks.ts')
      done(await testPlaybooks(playbooks, flags))
    })
}

const phases = `
Phases, each only if the one before succeeded:
  converge     runs the playbooks
  idempotence  runs them again, and fails if a task changes something
  verify       runs --verify, or else NAME.verify.ts or verify.ts beside the first playbook, if there is one

Exit codes:
  0    success
  1    wrong usage, configuration or files
  2, 4, 6  converge or verify: a host failed, was unreachable, or both
  8    idempotence: the second run changed something, or failed
  130  interrupted
`
