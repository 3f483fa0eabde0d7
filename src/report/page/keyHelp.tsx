// Shows the keys in a dialog.

import { useEffect, useRef } from 'preact/hooks'

const keys: readonly [string, string][] = [
  ['/', 'search'],
  ['↑ ↓', 'choose a host, in the list'],
  ['Enter', 'open the host'],
  ['n p', 'next and previous host'],
  ['Esc', 'back; in the search: clear'],
  ['?', 'these keys'],
]

export function KeyHelp({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl class="keys">
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  )
}
