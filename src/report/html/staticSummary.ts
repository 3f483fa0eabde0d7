// The text for viewers that run no scripts: how the run went, and what failed.

import { html, type Markup } from './markup.ts'
import type { PageData } from './pageData.ts'

const most = 20

export function staticSummary({
  title,
  by = '',
  startedAt,
  hosts,
  failures,
  columns,
  details,
  changes,
}: PageData): Markup {
  const number = (outcome: string) => hosts.filter((host) => host.outcome === outcome).length
  const counts = ['ok', 'failed', 'unreachable', 'stopped', 'unfinished'].map(
    (each) => `${number(each)} ${each}`,
  )
  const failed = failures.slice(0, most).map(({ column, detail, hosts: indices }) => {
    const names = indices.slice(0, most).map((index) => hosts[index]!.name)
    return html`<h2>${columns[column]!.title}</h2>
<p>${names.join(' ')}${indices.length > most ? ` and ${indices.length - most} more` : ''}</p>
<pre>${(details[detail]?.error ?? []).join('\n')}</pre>
`
  })
  return html`<h1>${title}</h1>
<p>${new Date(startedAt).toISOString()} ${by}</p>
<p>${hosts.length} hosts: ${counts.join(', ')}; ${changes.length} different changes.</p>
<p>Scripts are blocked here. Save this file and open it in a browser to see hosts, tasks and changes.</p>
${failed}`
}
