// Parses the output of the script that reads the state of packages.

import { type Output, PlaybookError, splitLines, text } from '../../../src/index.ts'
import { explainApt } from './errors.ts'

/** One package that apt would change: no `from` for a new one, no `to` for one that is removed. */
type PackageChange = { readonly name: string; readonly from: string; readonly to: string }

export type AptState = {
  /** Requested packages that are installed only because others need them. */
  readonly automatic: readonly string[]
  /** Requested packages that are not as requested; for files, their places in the list. */
  readonly unmet: readonly string[]
  /** Why the package lists are to be read again; undefined: they are new enough. */
  readonly oldLists: string | undefined
  /** What apt would do. */
  readonly planned: readonly PackageChange[]
  /** Why it cannot be done. Kept, not thrown, for a planned change may mend it. */
  readonly error: PlaybookError | undefined
}

export function parseAptState(result: Output): AptState {
  const lines = splitLines(text(result))
  const found = fieldsOf(lines, 'package').map(([name = '', version = '', status = '', mark]) => ({
    name,
    version,
    status,
    mark,
  }))
  const simulated = lines.slice(lines.indexOf('= simulation') + 1)
  return {
    automatic: [
      ...new Set(
        found.filter(({ mark, status }) => mark === 'auto' && isInstalled(status)).map(({ name }) => name),
      ),
    ],
    unmet: fieldsOf(lines, 'unmet').map(([spec = '']) => spec),
    oldLists: fieldsOf(lines, 'lists')[0]?.[0],
    planned: lines.includes('= simulation') ? plannedChanges(simulated, found) : [],
    error: errorIn(lines, simulated),
  }
}

function fieldsOf(lines: readonly string[], heading: string): string[][] {
  const start = `= ${heading}|`
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length).split('|'))
}

function errorIn(lines: readonly string[], simulated: readonly string[]): PlaybookError | undefined {
  if (lines.includes('= no apt')) {
    return new PlaybookError('E_NO_APT', 'There is no apt-get on this host.', {
      hint: 'apt is for Debian, Ubuntu and their derivatives; packages uses what the host has.',
    })
  }
  const bad = lines.findIndex((line) => line.startsWith('= bad deb|'))
  if (bad >= 0) {
    const [first = '', ...more] = lines.slice(bad).map((line) => line.replace('= bad deb|', ''))
    return new PlaybookError('E_DEB_FILE', `The .deb file cannot be read: ${first}`, {
      details: more.slice(0, 6),
      hint: 'Does it exist? copyFile and download put a file on the host.',
    })
  }
  const updated = lines.findIndex((line) => line.startsWith('= update|'))
  if (updated >= 0) {
    const log = lines.slice(updated + 1, lines.indexOf('= simulation'))
    const isFailed = log.some((line) =>
      /^[EW]: (?:Failed to fetch|The repository|GPG error)|NO_PUBKEY/.test(line),
    )
    if (isFailed || lines[updated] !== '= update|0') return explained(log)
  }
  const code = fieldsOf(simulated, 'code')[0]?.[0]
  if (code !== undefined && code !== '0') return explained(simulated)
  const isPlanned = simulated.some((line) => /^(?:Inst|Remv|Purg|Conf) /.test(line))
  return isPlanned && lines.includes('= interrupted') ? explained(['dpkg was interrupted']) : undefined
}

function explained(lines: readonly string[]): PlaybookError {
  return explainApt({ stdout: Buffer.from(`${lines.join('\n')}\n`), stderr: Buffer.alloc(0), code: 100 })
}

type Found = { readonly name: string; readonly version: string; readonly status: string }

/** Formats: `Inst NAME [OLD] (NEW ORIGIN [ARCH])`, `Remv NAME [OLD]`, `Purg NAME [OLD]`, `Conf NAME (VERSION …)`. */
function plannedChanges(lines: readonly string[], found: readonly Found[]): PackageChange[] {
  const changes = new Map<string, PackageChange>()
  for (const line of lines) {
    const [, verb, name = '', old, next = ''] =
      /^(Inst|Remv|Purg|Conf) (\S+)(?: \[([^\]]+)\])?(?: \((\S+))?/.exec(line) ?? []
    const status = found.find((each) => each.name === name)?.status
    if (verb === 'Inst') changes.set(name, { name, from: old ?? 'not installed', to: next })
    if (verb === 'Remv') changes.set(name, { name, from: old ?? 'installed', to: 'not installed' })
    if (verb === 'Purg') changes.set(name, { name, from: purgedFrom(status, old), to: 'purged' })
    if (verb === 'Conf' && !changes.has(name))
      changes.set(name, { name, from: `${next} not configured`, to: `${next} configured` })
  }
  return [...changes.values()]
}

function purgedFrom(status: string | undefined, old: string | undefined): string {
  if (status?.[1] === 'c') return 'configuration files'
  return old ?? 'installed'
}

function isInstalled(status: string): boolean {
  return /^.[iWt]/.test(status)
}
