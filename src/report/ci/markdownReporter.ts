// Reports a run as Markdown, for pull requests and job summaries.

import type { RunEvent } from '../../model/run/event.ts'
import type { HostRecap, RunRecap } from '../../model/run/outcome.ts'
import type { Reporter } from '../output/reporterTypes.ts'
import type { Sink } from '../output/sink.ts'
import { changedLines } from '../summary/changedLines.ts'
import { equalFailures, failuresOf, isLost, sharedText } from '../summary/failures.ts'
import { groupHosts } from '../summary/groupHosts.ts'
import { type HostTally, RunTally } from '../summary/runTally.ts'
import { locationText } from '../text/failureText.ts'
import { createHostOutcomes, type HostOutcome } from '../text/hostOutcomes.ts'
import { checkSummary, plural, runSummary } from '../text/summaries.ts'
import type { diffLines } from '../text/unifiedDiff.ts'
import { codeBlock, codeSpan, details, list, table } from './markdown.ts'

type MarkdownOptions = {
  readonly sink: Sink
  /** Files are named relative to it. */
  readonly cwd: string
  /** Given with --diff: what compares two texts. */
  readonly compare?: typeof diffLines | undefined
}

const mostRows = 100
const mostDiffs = 50

/** Writes one document when it is closed: failures first, then what changed, then a table of the hosts. */
export function createMarkdownReporter({ sink, cwd, compare }: MarkdownOptions): Reporter {
  const outcomes = createHostOutcomes()
  const tally = new RunTally(outcomes)
  const diffs = new Map<string, string>()
  let title = 'run-playbook'
  let end: RunRecap | undefined
  return {
    handle: (event) => {
      outcomes.record(event)
      tally.record(event)
      if (event.kind === 'runStart')
        title = `run-playbook ${event.playbooks.join(' ')}${event.isCheck ? ' --check' : ''}`
      if (event.kind === 'runEnd') end = event.recap
      if (compare && event.kind === 'taskEnd') addDiffs(event, compare, diffs)
    },
    close: () => {
      sink.write(`${document(title, end, tally.hosts(), outcomes, cwd, diffs).join('\n')}\n`)
      return sink.flush()
    },
  }
}

function document(
  title: string,
  end: RunRecap | undefined,
  hosts: ReadonlyMap<string, HostTally>,
  outcomes: ReturnType<typeof createHostOutcomes>,
  cwd: string,
  diffs: ReadonlyMap<string, string>,
): string[] {
  const ends = end ? outcomes.inRun(end.hosts) : []
  const isBad = !end || end.isInterrupted || ends.some((each) => each !== 'ok')
  return [
    `### ${isBad ? '❌' : '✅'} ${codeSpan(title)}`,
    '',
    end ? summaryLine(end, ends) : 'The run was killed, or is still running.',
    '',
    ...failureParts(hosts, cwd),
    ...changeParts(hosts, end?.isCheck === true),
    ...diffParts(diffs),
    ...(end ? details(`${plural(end.hosts.length, 'host')}`, hostTable(end.hosts, ends)) : []),
  ]
}

function summaryLine({ hosts, durationMs, isCheck, isInterrupted }: RunRecap, ends: HostOutcome[]): string {
  const cut = isInterrupted ? ' **The run was interrupted.**' : ''
  if (isCheck) return `**Nothing was changed.** ${checkSummary(hosts, ends)}.${cut}`
  return `${runSummary(hosts, ends, durationMs)}.${cut}`
}

function failureParts(hosts: ReadonlyMap<string, HostTally>, cwd: string): string[] {
  return equalFailures(failuresOf(hosts)).flatMap((group) => {
    const [first] = group
    const { task, result } = first!.event
    const where = task.where && locationText({ file: task.where.file, line: task.where.line }, cwd)
    const facts = [codeSpan(task.title), ...(where ? [codeSpan(where)] : []), result.error?.code ?? '']
    return [
      `#### ${isLost(first!) ? 'Unreachable' : 'Failed'}: ${group.map(({ host }) => codeSpan(host)).join(' ')}`,
      '',
      facts.filter((fact) => fact !== '').join(' · '),
      '',
      ...codeBlock(sharedText(group)),
      '',
    ]
  })
}

function changeParts(hosts: ReadonlyMap<string, HostTally>, isCheck: boolean): string[] {
  const { groups, differing } = groupHosts(changedLines(hosts, { withRestarts: true }))
  const verb = isCheck ? 'would change' : 'changed'
  const members = (names: readonly string[]) =>
    names.length > 5 ? plural(names.length, 'host') : names.map(codeSpan).join(' ')
  return [
    ...groups.flatMap(({ hosts: names, lines }) => [
      ...details(
        `${plural(lines.length, 'task')} ${verb} on ${members(names)}`,
        list(lines.map(codeSpan)),
        lines.length <= 10,
      ),
    ]),
    ...differing.flatMap(({ hosts: names, also, not }) => [
      `- ${members(names)}: ${[...also.map((text) => `also ${codeSpan(text)}`), ...not.map((text) => `not ${codeSpan(text)}`)].join(', ')}`,
    ]),
    ...(differing.length > 0 ? [''] : []),
  ]
}

function addDiffs(
  { task, result }: Extract<RunEvent, { kind: 'taskEnd' }>,
  compare: typeof diffLines,
  diffs: Map<string, string>,
): void {
  for (const { diff } of result.changes) {
    if (!diff || diff.before === diff.after || diffs.size >= mostDiffs) continue
    const lines = compare(diff).map(({ text }) => text)
    diffs.set(lines.join('\n'), `${task.title}${task.title.includes(diff.path) ? '' : ` ${diff.path}`}`)
  }
}

function diffParts(diffs: ReadonlyMap<string, string>): string[] {
  return [...diffs].flatMap(([text, title]) => details(codeSpan(title), codeBlock(text.split('\n'), 'diff')))
}

/** Hosts that failed come first. */
function hostTable(recaps: readonly HostRecap[], ends: readonly HostOutcome[]): string[] {
  const order: readonly HostOutcome[] = ['unreachable', 'failed', 'stopped', 'ok']
  const rows = recaps
    .map((recap, n) => ({ recap, outcome: ends[n]! }))
    .sort((one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome))
  const cells = rows
    .slice(0, mostRows)
    .map(({ recap: { host, counts, tasks }, outcome }) => [
      codeSpan(host),
      outcome === 'ok' ? 'ok' : `**${outcome}**`,
      `${counts.changed}`,
      `${counts.unknown}`,
      `${tasks}`,
    ])
  const left = rows.length - cells.length
  return [
    ...table(['Host', 'Result', 'Changed', 'Unknown', 'Tasks'], cells),
    ...(left > 0 ? ['', `and ${left} more`] : []),
  ]
}
