// Defines a check of a host: a command that changes nothing, and how to read its output.

import type { OsFacts } from '../../model/facts.ts'
import { packageOf } from '../../model/needs/tools.ts'
import { type Output, text } from '../../model/probe.ts'
import type { Command } from '../../model/shell/command.ts'

/** `problem`: something would fail. `later`: not there, but an earlier task of the playbook brings it. */
export type Level = 'ok' | 'later' | 'warning' | 'problem'

export type CheckResult = {
  readonly level: Level
  readonly text: string
  /** What to do about it. */
  readonly cure?: string
  /** The packages of which any one would mend it. */
  readonly packages?: readonly string[]
  /** The port of another host that would have to be open. */
  readonly port?: { readonly host: string; readonly port: number }
}

/** What else is known of the host when the output of a check is interpreted. */
export type HostSummary = {
  readonly os: Pick<OsFacts, 'family' | 'id'>
  readonly packageManager: string
  /** Milliseconds since 1970 on this machine, when the output came. */
  readonly arrivedAt: number
}

export type Check = {
  /** What is checked: `tool tar`. */
  readonly name: string
  readonly command: Command
  /** What the output means; undefined: there is nothing to say. */
  readonly interpret: (output: Output, seen: HostSummary) => CheckResult | undefined
}

export const ok = (message: string): CheckResult => ({ level: 'ok', text: message })
export const warning = (message: string, cure?: string): CheckResult => ({
  level: 'warning',
  text: message,
  cure,
})
export const problem = (message: string, cure?: string): CheckResult => ({
  level: 'problem',
  text: message,
  cure,
})

/** The standard output, without white space around it. */
export function printed(output: Output): string {
  return text(output).trim()
}

/** The values of lines `name=value`. */
export function printedValues(output: Output): ReadonlyMap<string, string> {
  const pairs = text(output)
    .split('\n')
    .map((line) => /^([\w.-]+)=(.*)$/.exec(line))
  return new Map(pairs.flatMap((match) => (match ? [[match[1]!, match[2]!.trim()]] : [])))
}

/** A missing program, with the command that installs its package. */
export function missing(tools: readonly string[], { os, packageManager }: HostSummary): CheckResult {
  const [redHat, debian] = (['RedHat', 'Debian'] as const).map((family) =>
    tools.map((tool) => packageOf(tool, family)),
  ) as [string[], string[]]
  const [first = ''] = os.family === 'Debian' ? debian : redHat
  const install = packageManager === 'apk' ? 'apk add' : `${packageManager} install`
  const cure = packageManager === 'unknown' ? `Install ${first}.` : `${install} ${first}`
  // A host of either family may have the other's package manager.
  return { level: 'problem', text: 'not installed', cure, packages: [...redHat, ...debian] }
}

export function bytesText(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2
  return mebibytes < 1024 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`
}
