// The colours of the reports by meaning; where colours are off, nothing is loaded and nothing is painted.

/** What a text means; each is a function from text to painted text. */
export type Paint = { readonly [M in Meaning]: (text: string) => string }

const meanings = [
  'good',
  'changed',
  'bad',
  'unsure',
  'quiet',
  'strong',
  'added',
  'removed',
  'place',
  'hint',
] as const

type Meaning = (typeof meanings)[number]

export type PaintOptions = {
  readonly env: { readonly [name: string]: string | undefined }
  readonly isTTY: boolean
}

/** Leaves every text as it is. */
export const plainPaint: Paint = paintOf(() => (text) => text)

/**
 * Colours for a stream: none with NO_COLOR (no-color.org), by FORCE_COLOR where it is set (0 to 3), none where the
 * stream is no terminal or a dumb one. FORCE_COLOR wins over NO_COLOR, as in chalk and Node.
 */
export async function createPaint(options: PaintOptions): Promise<Paint> {
  const level = colourLevel(options)
  if (level === 0) return plainPaint
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level })
  const styles: Paint = {
    good: chalk.green,
    changed: chalk.yellow,
    bad: chalk.red.bold,
    unsure: chalk.magenta,
    quiet: chalk.dim,
    strong: chalk.bold,
    added: chalk.green,
    removed: chalk.red,
    place: chalk.cyan,
    hint: chalk.cyan,
  }
  return paintOf((meaning) => (text) => styles[meaning](text))
}

/** Each takes one text and no more: chalk's own would print whatever else `map` passes. */
function paintOf(style: (meaning: Meaning) => (text: string) => string): Paint {
  return Object.fromEntries(meanings.map((meaning) => [meaning, style(meaning)])) as Paint
}

/** How many colours: 0 none, 1 sixteen, 2 256, 3 all. */
export function colourLevel({ env, isTTY }: PaintOptions): 0 | 1 | 2 | 3 {
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
