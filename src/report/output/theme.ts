// The colours of the reports by role; chalk is loaded only where there are colours.

/** For each role, a function from text to coloured text. */
export type Theme = { readonly [M in ThemeRole]: (text: string) => string }

const themeRoles = [
  'success',
  'changed',
  'failure',
  'unknown',
  'muted',
  'bold',
  'added',
  'removed',
  'location',
  'hint',
] as const

type ThemeRole = (typeof themeRoles)[number]

type ThemeOptions = {
  readonly env: { readonly [name: string]: string | undefined }
  readonly isTTY: boolean
}

/** No colours: leaves every text as it is. */
export const plainTheme: Theme = themeOf(() => (text) => text)

/**
 * Colours for a stream: none with NO_COLOR (no-color.org), by FORCE_COLOR where it is set (0 to 3), none where the
 * stream is no terminal, or TERM is dumb. FORCE_COLOR wins over NO_COLOR, as in chalk and Node.
 */
export async function createTheme(options: ThemeOptions): Promise<Theme> {
  const level = colorLevel(options)
  if (level === 0) return plainTheme
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level })
  const styles: Theme = {
    success: chalk.green,
    changed: chalk.yellow,
    failure: chalk.red.bold,
    unknown: chalk.magenta,
    muted: chalk.dim,
    bold: chalk.bold,
    added: chalk.green,
    removed: chalk.red,
    location: chalk.cyan,
    hint: chalk.cyan,
  }
  return themeOf((role) => (text) => styles[role](text))
}

/** Each takes one text and no more: chalk's own would print whatever else `map` passes. */
function themeOf(style: (role: ThemeRole) => (text: string) => string): Theme {
  return Object.fromEntries(themeRoles.map((role) => [role, style(role)])) as Theme
}

/** How many colours: 0 none, 1 sixteen, 2 256, 3 all. */
export function colorLevel({ env, isTTY }: ThemeOptions): 0 | 1 | 2 | 3 {
  const forced = env.FORCE_COLOR
  if (forced !== undefined) {
    if (forced === 'false') return 0
    const level = forced === '' || forced === 'true' ? 1 : Number.parseInt(forced, 10)
    return Math.min(3, Math.max(0, level || 0)) as 0 | 1 | 2 | 3
  }
  if (env.NO_COLOR || !isTTY || env.TERM === 'dumb') return 0
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 3
  return env.TERM?.includes('256') ? 2 : 1
}
