// The time of a host: its trips, and the tasks that took some of it.

import { formatDuration } from '../../text/duration.ts'
import { Placed } from '../shared/bar.tsx'
import { type Entry, type Host, type Run, tripsOf } from '../shared/model.ts'
import { hostLink } from '../shared/route.ts'
import { Axis, tripText } from '../shared/time.tsx'

type Props = { run: Run; host: Host; entries: readonly Entry[] }

const most = 12

export function HostTime({ run, host, entries }: Props) {
  const trips = tripsOf(host.raw)
  const slow = [...entries]
    .filter(({ durationMs, status }) => durationMs >= 50 && status !== 'retry')
    .sort((one, other) => other.durationMs - one.durationMs)
    .slice(0, most)
    .sort((one, other) => one.startMs - other.startMs)
  if (trips.length === 0 && slow.length === 0) return null
  const end = Math.max(1, host.endMs)
  const place = ({ startMs, durationMs }: { startMs: number; durationMs: number }) => ({
    left: startMs / end,
    width: Math.min(durationMs, end - startMs) / end,
  })
  return (
    <section aria-labelledby="time">
      <h2 id="time">Time</h2>
      <div class="gantt">
        <div class="lane">
          <span />
          <Axis endMs={end} />
        </div>
        <div class="lane">
          <span class="label">trips</span>
          <span class="track">
            {trips.map((trip, index) => (
              <Placed
                key={index}
                name={trip.steps > 0 ? 'trip steps' : 'trip'}
                title={tripText(trip)}
                {...place(trip)}
              />
            ))}
          </span>
        </div>
        {slow.map((entry, index) => (
          <div class="lane" key={index}>
            <a class="label" href={hostLink(host.name, entry.column)}>
              {entry.detail?.title ?? run.data.columns[entry.column]!.title}
            </a>
            <span class="track">
              <Placed
                name={`task ${entry.status}`}
                title={formatDuration(entry.durationMs)}
                {...place(entry)}
              />
            </span>
          </div>
        ))}
      </div>
    </section>
  )
}
