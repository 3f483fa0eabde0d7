// The tasks that took longest, on the host where they did, and all hosts together.

import { useMemo } from 'preact/hooks'
import { formatDuration } from '../../text/duration.ts'
import { Bar } from '../shared/bar.tsx'
import { entriesOf, type Run } from '../shared/model.ts'
import { hostLink } from '../shared/route.ts'

const most = 10

export function Slowest({ run }: { run: Run }) {
  const tasks = useMemo(() => slowestOf(run), [run])
  if (tasks.length === 0) return null
  const longest = tasks[0]!.mostMs
  return (
    <section aria-labelledby="slowest">
      <h2 id="slowest">Took longest</h2>
      <div class="scroll">
        <table class="slowest">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col" class="number">
                Longest
              </th>
              <th scope="col">On</th>
              <th scope="col" class="number wide">
                All hosts
              </th>
            </tr>
          </thead>
          <tbody>
            {tasks.map(({ column, mostMs, host, totalMs }) => (
              <tr key={column}>
                <td>
                  {run.data.columns[column]!.title}
                  <Bar share={mostMs / longest} />
                </td>
                <td class="number">{formatDuration(mostMs)}</td>
                <td>
                  <a href={hostLink(host, column)}>{host}</a>
                </td>
                <td class="number wide">{formatDuration(totalMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function slowestOf({ data, hosts }: Run) {
  const tasks = new Map<number, { column: number; mostMs: number; host: string; totalMs: number }>()
  for (const host of hosts) {
    for (const { column, durationMs } of entriesOf(host, data)) {
      const task = tasks.get(column) ?? { column, mostMs: -1, host: '', totalMs: 0 }
      task.totalMs += durationMs
      if (durationMs > task.mostMs) Object.assign(task, { mostMs: durationMs, host: host.name })
      tasks.set(column, task)
    }
  }
  return [...tasks.values()]
    .filter(({ mostMs }) => mostMs >= 100)
    .sort((one, other) => other.mostMs - one.mostMs)
    .slice(0, most)
}
