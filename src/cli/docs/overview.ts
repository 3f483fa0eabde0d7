// The screenful that the command shows without arguments.

import type { Command } from 'commander'
import { asTyped, programName } from '../../report/output/program.ts'

/** Fits into 80 columns and 24 lines. */
export function overview(program: Command): string {
  const commands = program.createHelp().visibleCommands(program)
  const width = Math.max(...commands.map((each) => each.name().length))
  const lines = [
    `run-playbook ${program.version()}: runs playbooks written in TypeScript on hosts over SSH.`,
    '',
    ...commands.map((each) => `  ${each.name().padEnd(width)}  ${each.summary()}`),
    '',
    'For example:',
    ...examples.map((line) => asTyped(line, programName(process.env))),
  ]
  return `${lines.join('\n')}\n`
}

const examples = [
  'run-playbook init site',
  'run-playbook site.ts -i hosts.yaml --check --diff',
  "run-playbook exec -i hosts.yaml -l 'web:!web-02' -- uptime -p",
  '',
  'run-playbook --help lists the flags of a run, run-playbook help COMMAND those of',
  'a command; read on in run-playbook docs getting-started.',
]
