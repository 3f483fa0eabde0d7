// Runs rows of tasks on a host: dry run, run, and a second run without changes.

import * as assert from 'uvu/assert'
import { type LabSite, type Line, playbookText, type Ran } from './labSite.ts'
import type { TaskRow, Topic } from './taskRows.ts'

/** The dry run, the run and the second run of a topic, and what its rows then show. */
export type TopicResult = { readonly runs: readonly Ran[]; readonly shown: ReadonlyMap<TaskRow, string> }

export async function runTopic(
  site: LabSite,
  host: string,
  inventory: string,
  topic: Topic,
): Promise<TopicResult> {
  const plays = topic.rows.map(({ title, tasks }) => ({ name: title, tasks }))
  const playbook = site.write(`${topic.name}.ts`, playbookText(...plays))
  for (const { title, setup = ':' } of topic.rows) {
    const { code, stderr } = await site.on(host, setup)
    if (code !== 0) throw new Error(`The setup of "${title}" failed: ${stderr}`)
  }
  const isHiding = topic.rows.some(({ hides }) => hides !== undefined)
  const words = [playbook, '-i', inventory, '-l', host, '--diff', ...(isHiding ? ['-vvv'] : [])]
  const runs = [await site.run(...words, '--check'), await site.run(...words), await site.run(...words)]
  const shown = new Map<TaskRow, string>()
  for (const row of topic.rows) if (row.shows) shown.set(row, (await site.on(host, row.shows[0])).stdout)
  return { runs, shown }
}

/** What must be true of a row; `filled` puts values that only the test knows into what it shows. */
export function checkRow(row: TaskRow, result: TopicResult, filled = (output: string) => output): void {
  const [dryRun, run, secondRun] = result.runs.map((ran) => endsOf(ran, row)) as [Line[], Line[], Line[]]
  assert.equal(
    run.filter(({ status }) => !['ok', 'changed'].includes(status!)),
    [],
    'nothing failed',
  )
  assert.ok(run.some(isChanged), 'the run changed something')
  assert.equal(predictedIn(dryRun, run), changedIn(run, dryRun), 'the dry run predicted what the run did')
  assert.equal(
    secondRun.filter((end) => end.status !== 'ok').map(({ task }) => task),
    row.always ?? [],
    'the second run found nothing to do',
  )
  if (row.shows) assert.is(result.shown.get(row), filled(row.shows[1]))
  const output = result.runs.map(({ stdout, stderr }) => stdout + stderr).join('')
  if (row.hides) assert.not.ok(output.includes(row.hides), 'a secret was shown')
}

/** Without tasks that act each time, look on the way or ask Ansible, a host that needs nothing takes a trip for each user. */
export function checkTrips({ rows }: Topic, result: TopicResult): void {
  const text = rows.map(({ tasks }) => String(tasks)).join('\n')
  if (rows.some(({ always }) => always) || /\b(?:look|ansible\w+)\(/.test(text)) return
  const others = new Set([...text.matchAll(/become: '(\w+)'/g)].map(([, user]) => user))
  const end = result.runs.at(-1)!.lines.findLast(({ event }) => event === 'runEnd')
  assert.equal(
    end?.hosts?.map(({ trips }) => trips),
    [1 + others.size],
  )
}

/** How the tasks of a row ended. @throws where the run did not come as far */
function endsOf(ran: Ran, { title }: TaskRow): Line[] {
  const ends = ran.lines.filter((line) => line.event === 'taskEnd' && line.play === title)
  if (ends.length > 0) return ends
  throw new Error(`The run ended before this row: ${ran.stdout.slice(-3000)}\n${ran.stderr.slice(-1000)}`)
}

const isChanged = ({ status }: Line) => status === 'changed'

/** What the dry run predicted; what it saw a need to wait for may have come by itself. */
function predictedIn(dryRun: Line[], run: Line[]): string[] {
  const isThereAlready = ({ name }: Line, index: number) =>
    ['waitFor', 'httpCheck'].includes(name!) && run[index]?.status === 'ok'
  return dryRun.filter((end, index) => isChanged(end) && !isThereAlready(end, index)).map(summary)
}

/** What the run changed, save what the dry run could not know. */
function changedIn(run: Line[], dryRun: Line[]): string[] {
  return run.filter((end, index) => isChanged(end) && dryRun[index]?.status !== 'unknown').map(summary)
}

function summary({ task, changes }: Line): string {
  return `${task}: ${JSON.stringify(changes)}`
}
