// Reads what a host says of its distribution by the Linux Standard Base.

import type { LsbFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'
import { parseOsRelease } from './os.ts'

export const lsb = output(
  sh`lsb_release -a 2>/dev/null || cat /etc/lsb-release 2>/dev/null; true`,
  (result) => parseLsb(text(result).split('\n')),
  { reads: ['/etc/lsb-release', '/etc/os-release'] },
)

function parseLsb(lines: readonly string[]): LsbFacts {
  const file = parseOsRelease(lines)
  const printed = new Map(
    lines.map((line) => [line.split(':')[0]!, line.slice(line.indexOf(':') + 1).trim()]),
  )
  const value = (name: string, key: string) => printed.get(name) ?? file.get(key) ?? ''
  return {
    id: value('Distributor ID', 'DISTRIB_ID'),
    release: value('Release', 'DISTRIB_RELEASE'),
    codename: value('Codename', 'DISTRIB_CODENAME'),
    description: value('Description', 'DISTRIB_DESCRIPTION'),
  }
}
