// Keeps what the person at the board has chosen: a host, its output, to stop.

export type BoardView = {
  /** The name of the host that is chosen. */
  readonly selected: string | undefined
  /** Whether its output is open. */
  readonly isOpen: boolean
  /** Whether the person is asked to stop the run. */
  readonly isStopAsked: boolean
  /** Whether keys are read at all. */
  readonly hasKeys: boolean
}

export const closedView: BoardView = {
  selected: undefined,
  isOpen: false,
  isStopAsked: false,
  hasKeys: false,
}

type Pressed = { readonly view: BoardView; readonly stops?: true }

const [arrowUp, arrowDown, enter, escapeKey] = ['\x1b[A', '\x1b[B', '\r', '\x1b']

/** What a key does. `hosts` are those of the board, in its order. */
export function pressed(key: string, view: BoardView, hosts: readonly string[]): Pressed {
  if (view.isStopAsked) {
    const answered = { ...view, isStopAsked: false }
    return key === 'y' || key === 'Y' ? { view: answered, stops: true } : { view: answered }
  }
  if (key === 'q') return { view: { ...view, isStopAsked: true } }
  if (key === arrowUp || key === 'k') return { view: { ...view, selected: moved(view, hosts, -1) } }
  if (key === arrowDown || key === 'j') return { view: { ...view, selected: moved(view, hosts, 1) } }
  if (key === escapeKey) return { view: { ...view, selected: undefined, isOpen: false } }
  if (key !== enter && key !== '\n') return { view }
  const selected = view.selected ?? hosts[0]
  return { view: { ...view, selected, isOpen: selected !== undefined && !view.isOpen } }
}

function moved({ selected }: BoardView, hosts: readonly string[], by: number): string | undefined {
  const at = selected === undefined ? -1 : hosts.indexOf(selected)
  if (at < 0) return by > 0 ? hosts[0] : hosts.at(-1)
  return hosts[Math.min(hosts.length - 1, Math.max(0, at + by))]
}

/** The keys in what a terminal sends at once. */
export function keysIn(text: string): string[] {
  return text.match(/\x1b(?:\[|O)[A-Z]|[\s\S]/g)?.map((key) => key.replace('\x1bO', '\x1b[')) ?? []
}
