// Reports a run as one self-contained HTML page.

import type { EventOf } from '../../model/run/event.ts'
import type { HostRecap } from '../../model/run/outcome.ts'
import type { Reporter } from '../output/reporterTypes.ts'
import { sanitize, sanitizeLines, showControls } from '../output/sanitize.ts'
import type { Sink } from '../output/sink.ts'
import { plainTheme } from '../output/theme.ts'
import { failureLines } from '../text/failureText.ts'
import { titleWithDelegate } from '../text/hostLabel.ts'
import { createHostOutcomes, type HostOutcome } from '../text/hostOutcomes.ts'
import { retryText } from '../text/retryText.ts'
import { checkSummary, hostSummary, runSummary } from '../text/summaries.ts'
import { diffLines } from '../text/unifiedDiff.ts'
import { html, type Markup, nothing } from './markup.ts'
import { stylesheet } from './stylesheet.ts'

type HtmlOptions = {
  readonly sink: Sink
  /** Now, as an ISO 8601 time in UTC. */
  readonly time: () => string
  /** Files are named relative to it. */
  readonly cwd: string
}

type Host = {
  tasks: EventOf<'taskEnd' | 'retry'>[]
  end?: { readonly recap: HostRecap; readonly outcome: HostOutcome }
}

type Play = { readonly name: string; readonly hosts: Map<string, Host>; summary: string }

/** Writes the page when it is closed. Hosts that failed are unfolded; all diffs are included. */
export function createHtmlReporter({ sink, time, cwd }: HtmlOptions): Reporter {
  const outcomes = createHostOutcomes()
  const plays: Play[] = []
  let title = 'run-playbook'
  let startedAt = ''
  let isCheck = false
  const hostOf = (name: string): Host => {
    const { hosts } = plays.at(-1)!
    const host = hosts.get(name) ?? { tasks: [] }
    hosts.set(name, host)
    return host
  }
  return {
    handle: (event) => {
      outcomes.record(event)
      if (event.kind === 'runStart') {
        title = `run-playbook ${event.playbooks.join(' ')}${event.isCheck ? ' --check' : ''}`
        startedAt = time()
        isCheck = event.isCheck
      }
      if (event.kind === 'playStart') plays.push({ name: event.play, hosts: new Map(), summary: '' })
      if (event.kind === 'hostStart') hostOf(event.host).tasks = []
      if (event.kind === 'taskEnd' || event.kind === 'retry') hostOf(event.host).tasks.push(event)
      if (event.kind === 'hostEnd')
        hostOf(event.recap.host).end = { recap: event.recap, outcome: outcomes.inPlay(event.recap) }
      if (event.kind === 'playEnd') {
        const ends = event.hosts.map((recap) => outcomes.inPlay(recap))
        plays.at(-1)!.summary = isCheck
          ? checkSummary(event.hosts, ends)
          : runSummary(event.hosts, ends, event.durationMs)
      }
    },
    close: () => {
      sink.write(page(title, startedAt, plays, { cwd, isCheck }).text)
      return sink.flush()
    },
  }
}

type Context = { readonly cwd: string; readonly isCheck: boolean }

function page(title: string, startedAt: string, plays: readonly Play[], context: Context): Markup {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${sanitize(title)}</title>
<style>${stylesheet}</style>
<h1>${sanitize(title)}</h1>
<p><time datetime="${startedAt}">${startedAt}</time></p>
${plays.map((play) => playSection(play, context))}</html>
`
}

function playSection({ name, hosts, summary }: Play, context: Context): Markup {
  return html`<section>
<h2>${sanitize(name)}</h2>
<p>${summary || 'No end was recorded: the run was killed or is still running.'}</p>
${[...hosts].map(([host, each]) => hostDetails(host, each, context))}</section>
`
}

function hostDetails(name: string, { tasks, end }: Host, context: Context): Markup {
  const outcome = end?.outcome ?? 'stopped'
  const text = end ? hostSummary(end.recap, context.isCheck) : 'not finished'
  const open = outcome === 'ok' ? nothing : html` open`
  return html`<details${open}>
<summary><b class="${outcome}">${sanitize(name)}</b> ${outcome} · ${text}</summary>
<table>
${tasks.map((task) => taskRow(task, context))}</table>
</details>
`
}

function taskRow(event: EventOf<'taskEnd' | 'retry'>, { cwd, isCheck }: Context): Markup {
  const { task, result } = event
  const { isIgnored } = result
  const isRetry = event.kind === 'retry'
  const status = isRetry ? 'unknown' : result.status
  const reason = isRetry ? retryText(event) : result.reason
  const label = isRetry
    ? 'retry'
    : isCheck && status === 'changed'
      ? 'would change'
      : `${status}${isIgnored ? ' (ignored)' : ''}`
  const failure = result.error
    ? failureLines(task, result, { theme: plainTheme, cwd, program: 'run-playbook', isWhole: true })
    : []
  const changes = result.error ? [] : result.changes.map((change) => changeItem(change))
  const message = result.message ? html`<pre>${sanitizeLines(result.message.text).join('\n')}</pre>` : ''
  return html`<tr class="${status}"><td>${label}<td>${task.isHandler ? 'handler ' : ''}${sanitize(titleWithDelegate(task))}${
    reason ? html` <i>${sanitize(reason)}</i>` : ''
  }${changes.length > 0 ? html`<ul>${changes}</ul>` : ''}${message}${
    failure.length > 0 ? html`<pre>${failure.join('\n')}</pre>` : ''
  }
`
}

function changeItem({ what, from, to, diff }: EventOf<'taskEnd'>['result']['changes'][number]): Markup {
  const shown = diff
    ? html`<pre>${diffLines(diff).map(({ kind, text }) => html`<span class="${kind}">${text}</span>\n`)}</pre>`
    : ''
  return html`<li>${showControls(what)}: ${showControls(from)} → ${showControls(to)}${shown}`
}
