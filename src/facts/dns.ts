// Reads which name servers a host asks.

import type { DnsFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

export const dns = output(sh`cat /etc/resolv.conf 2>/dev/null; true`, (result) => parseDns(text(result)), {
  reads: ['/etc/resolv.conf'],
})

/** By resolv.conf(5): the last of several lines with `search` or `options` counts. */
function parseDns(printed: string): DnsFacts {
  const rows = printed
    .split('\n')
    .filter((line) => !/^\s*[#;]/.test(line))
    .map((line) => line.trim().split(/\s+/))
  const last = (keyword: string): string[] | undefined =>
    rows.findLast(([word]) => word === keyword)?.slice(1)
  return {
    nameservers: rows.flatMap(([keyword, address]) => (keyword === 'nameserver' && address ? [address] : [])),
    search: last('search') ?? [],
    domain: last('domain')?.[0],
    sortlist: last('sortlist') ?? [],
    options: Object.fromEntries(
      (last('options') ?? []).map((option) => {
        const [name = '', value] = option.split(':')
        return [name, value ?? true]
      }),
    ),
  }
}
