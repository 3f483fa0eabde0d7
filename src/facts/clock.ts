// Reads the time zone and the clock.

import type { DateFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

/** The link knows best; where /etc/localtime is a copy, other files may say what of. */
export const timeZone = output(
  sh`readlink -f /etc/localtime; echo
cat /etc/timezone 2>/dev/null; sed -n 's/^ZONE=//p' /etc/sysconfig/clock 2>/dev/null; echo
date +%Z`,
  (result) => parseZone(text(result)),
  { reads: ['/etc/localtime', '/etc/timezone', '/etc/sysconfig/clock'] },
)

function parseZone(printed: string): string {
  const [link = '', ...named] = printed.split('\n')
  const linked = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(link)?.[1]
  const words = named.map((line) => line.replace(/["']/g, '').trim()).filter((line) => line !== '')
  return linked ?? words[0] ?? 'UTC'
}

export const date = output(sh`date '+%s %z %Z'`, (result) => parseDate(text(result)), { reads: [] })

function parseDate(printed: string): DateFacts {
  const [epoch, offset = '+0000', zone = 'UTC'] = printed.trim().split(' ')
  return { epoch: Number(epoch), zone, offset }
}
