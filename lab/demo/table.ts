// Renders the summary table of the demo.

import type { RunSummary } from './runSummary.ts'
import type { TomcatStatus } from './tomcatStatus.ts'

export function tableText(tomcats: readonly TomcatStatus[], runs: readonly RunSummary[]): string {
  const tomcatRows = tomcats.map(({ host, instance, address, status, members, pid }) => [
    `${host} ${instance}`,
    address,
    status === 0 ? 'no answer' : `HTTP ${status}`,
    `${members} other member${members === 1 ? '' : 's'}`,
    pid === undefined ? 'not running' : `pid ${pid}`,
  ])
  const runRows = runs.map(({ title, seconds, changed, trips }) => [
    title,
    `${seconds.toFixed(1)} s`,
    `${changed} changed`,
    `${trips.join(' + ')} trips`,
  ])
  return `${columns([['Tomcat', 'address', 'answers', 'cluster', 'process'], ...tomcatRows])}\n\n${columns([['WAS role', 'time', 'changes', 'trips (was-01 + was-02)'], ...runRows])}`
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
    .join('\n')
}
