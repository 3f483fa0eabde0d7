// Defines the config command: every setting with its value and origin.

import type { Command } from 'commander'
import { addRunFlags } from './runFlags.ts'
import { type SettingName, settingFlags } from './settingFlags.ts'
import { listSettings, loadSettings, type Setting, variableOf } from './settings.ts'

/** Adds the command; `done` takes its exit code. */
export function addConfigCommand(program: Command, done: (code: number) => void): void {
  addRunFlags(program.command('config'))
    .summary('show every setting, its value and where it comes from')
    .description('Show every setting with its value and where it comes from.')
    .addHelpText('after', help)
    .action(async (_flags: object, command: Command) => {
      process.stdout.write(settingsText(listSettings(command, await loadSettings())))
      done(0)
    })
}

const help = `
Flags override environment variables (${variableOf('forks')}=20, ${variableOf('becomeUser')}=app; true or false for
flags without a value), which override the configuration file: run-playbook.config.ts in the working directory, or
the file that ${variableOf('config')} names.

  import { defineConfig } from 'run-playbook'
  export default defineConfig({ inventory: 'production.yaml', forks: 20 })
`

function settingsText(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, value, from }) => [name, valueText(value ?? defaultOf(name)), from])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`)
    .join('')
}

/** What holds where nothing sets it, as the help says. */
function defaultOf(name: SettingName): unknown {
  const { flags, help } = settingFlags[name]
  return /\(default: ([^)]+)\)$/.exec(help)?.[1] ?? (flags.includes('<') ? undefined : false)
}

function valueText(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '-'
  return Array.isArray(value) ? value.join(' ') : String(value)
}
