// The trips of a host on the time axis of the run.

import { Placed } from '../shared/bar.tsx'
import { type Host, type Run, tripsOf } from '../shared/model.ts'
import { tripText } from '../shared/time.tsx'

export function TimeRow({ run, host }: { run: Run; host: Host }) {
  return (
    <span class="track" role="cell">
      {tripsOf(host.raw).map((trip, index) => (
        <Placed
          key={index}
          name={trip.steps > 0 ? 'trip steps' : 'trip'}
          left={trip.startMs / run.endMs}
          width={trip.durationMs / run.endMs}
          title={tripText(trip)}
        />
      ))}
    </span>
  )
}
