// The command as the person typed it, for hints.

import { delimiter, dirname, relative } from 'node:path'

type Environment = { readonly [name: string]: string | undefined }

/**
 * `npx run-playbook` under npx and npm, `pnpm exec run-playbook` and so on under others; `run-playbook` where it is found
 * by its name; otherwise the path of the link in node_modules.
 *
 * @param script what Node.js runs, as it was found
 */
export function programName(env: Environment, script = process.argv[1] ?? '', cwd = process.cwd()): string {
  const folder = dirname(script)
  const isInstalled = /[\\/]node_modules[\\/]\.bin$/.test(folder)
  const [manager = ''] = (env.npm_config_user_agent ?? '').split('/')
  const isManaged = env.npm_command !== undefined || env.npm_lifecycle_event !== undefined
  if (isManaged && manager in managers) return `${managers[manager]} run-playbook`
  if (!isInstalled || (env.PATH ?? '').split(delimiter).includes(folder)) return 'run-playbook'
  return relative(cwd, script)
}

const managers: { readonly [name: string]: string } = {
  npm: 'npx',
  pnpm: 'pnpm exec',
  yarn: 'yarn',
  bun: 'bunx',
}

/** A hint whose commands begin as the person typed the last one. */
export function asTyped(hint: string, program: string): string {
  if (program === 'run-playbook') return hint
  return hint.replace(
    /(?<![\w./-]|npx |exec |yarn |bunx )run-playbook(?= (?:[-'"@[A-Z]|\S+\.ts\b|(?:init|help|docs|doctor|explain|task|exec|test|history|report|facts|inventory|vault|config)\b))/g,
    program,
  )
}
