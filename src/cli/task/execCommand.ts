// Defines the command exec: runs a command on hosts, and shows its output.

import type { Command } from 'commander'
import { PlaybookError } from '../../model/errors/error.ts'
import { addRunFlags, type RunFlags } from '../flags/runFlags.ts'

/** Adds the command. One word is a line for the shell; several are a program and its arguments. */
export function addExecCommand(program: Command, done: (code: number) => void): void {
  addRunFlags(program.command('exec'))
    .summary('run a command on hosts and show its output')
    .description('Run a command on all hosts, or on those of -l, and show its output; equal output once.')
    .usage("[flags] -- PROGRAM [ARGUMENT …]   or   [flags] 'LINE FOR THE SHELL'")
    .argument('<words...>', 'a program and its arguments after --, or one quoted line for the shell')
    .allowUnknownOption()
    .action(async (words: string[], flags: RunFlags, command: Command) => {
      refuseUnknownFlags(command)
      const { runOnHosts, withoutLocation } = await import('./runAdHocTask.ts')
      const { findTask } = await import('../../userCode/findTask.ts')
      const isLine = words.length === 1
      const task = await findTask(isLine ? 'shell' : 'command')
      const make = () => withoutLocation(task, isLine ? { script: words[0] } : { argv: words })
      done(await runOnHosts('exec', flags, make))
    })
}

/** What looks like a flag before `--` was probably meant for the command. */
function refuseUnknownFlags({ args, parent }: Command): void {
  const given = (parent as unknown as { readonly rawArgs: readonly string[] }).rawArgs
  const end = given.indexOf('--')
  const flag = args.find((word) => word.startsWith('-') && (end < 0 || given.indexOf(word) < end))
  if (flag === undefined) return
  throw new PlaybookError('E_USAGE', `exec has no flag ${flag}.`, {
    hint: 'For a flag of the command, put -- before the command: run-playbook exec -i inventory.yaml -- uptime -p',
  })
}
