// Shows what was run, by whom, when, with what flags, and how it ended.

import { formatDuration } from '../../text/duration.ts'
import { type HostKind, hostKinds, type Run } from '../shared/model.ts'
import { count, dateText, kindWord } from '../shared/words.ts'

type Props = {
  run: Run
  kind: HostKind | undefined
  setKind: (kind: HostKind | undefined) => void
  onHelp: () => void
}

export function Header({ run, kind, setKind, onHelp }: Props) {
  const { data, hosts } = run
  const { title, by, startedAt, command, isCheck, durationMs, isInterrupted, plays } = data
  const end =
    durationMs === undefined
      ? 'no end was recorded: it was killed or is still running'
      : isInterrupted
        ? 'interrupted'
        : ''
  const tasks = hosts.reduce((sum, { counts }) => sum + (counts.changed ?? 0), 0)
  const busy = hosts.filter(({ counts }) => counts.changed).length
  const trips = hosts.reduce((sum, { raw }) => sum + raw.trips.length / 4, 0)
  const facts: readonly [string, string][] = [
    ...(by ? [['By', by] as [string, string]] : []),
    ['Started', dateText(startedAt)],
    ...(durationMs === undefined ? [] : [['Took', formatDuration(durationMs)] as [string, string]]),
    [isCheck ? 'Would change' : 'Changed', `${count(tasks, 'task')} on ${count(busy, 'host')}`],
    ['Trips', `${count(trips, 'trip')} to ${count(hosts.length, 'host')}`],
    ...(plays.length > 1 ? [['Plays', plays.map(({ name }) => name).join(' · ')] as [string, string]] : []),
  ]
  return (
    <header>
      <div class="title">
        <h1>{title}</h1>
        {isCheck && <span class="badge">dry run: nothing was changed</span>}
        {end && <span class="badge bad">{end}</span>}
        <button type="button" class="quiet" onClick={onHelp} aria-label="Keys">
          ?
        </button>
      </div>
      {command && (
        <p class="command">
          <code>{command}</code>
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <fieldset class="tiles">
        <legend class="hidden">Hosts by how they ended</legend>
        {tilesOf(run).map(([each, number]) => (
          <button
            type="button"
            key={each}
            class={`tile ${number > 0 ? each : 'none'}`}
            aria-pressed={kind === each}
            disabled={number === 0}
            onClick={() => setKind(kind === each ? undefined : each)}
          >
            <b>{number.toLocaleString('en')}</b> {kindWord(each, isCheck)}
          </button>
        ))}
      </fieldset>
    </header>
  )
}

/** Those without a host are left out, but for what everybody looks for. */
function tilesOf({ hosts }: Run): [HostKind, number][] {
  return hostKinds
    .map((each): [HostKind, number] => [each, hosts.filter(({ kind }) => kind === each).length])
    .filter(([each, number]) => number > 0 || /^(failed|changed|ok)$/.test(each))
}
