// Shows a result: changes with their diffs, the error, and outputs, folded.

import type { PageChange, PageDetail } from '../../html/pageData.ts'

type Props = { detail: PageDetail | undefined; isOpen?: boolean }

/** Longer diffs and outputs are folded. */
const mostLines = 40

export function Detail({ detail, isOpen = false }: Props) {
  if (!detail) return null
  const { reason, changes = [], message, code, error = [], stdout, stderr, isTruncated } = detail
  return (
    <div class="detail">
      {reason && <p class="reason">{reason}</p>}
      {changes.length > 0 && (
        <ul class="plain">
          {changes.map((change, index) => (
            <Change key={index} change={change} isOpen={isOpen} />
          ))}
        </ul>
      )}
      {message && <pre>{message}</pre>}
      {error.length > 0 && (
        <pre class="error">
          {code && <b>{code} </b>}
          {error.join('\n')}
        </pre>
      )}
      {stdout && <Output name="Output" text={stdout} isTruncated={isTruncated} />}
      {stderr && <Output name="Standard error" text={stderr} isTruncated={isTruncated} />}
    </div>
  )
}

function Change({ change, isOpen }: { change: PageChange; isOpen: boolean }) {
  const { what, from, to, diff } = change
  const lines = diff?.split('\n') ?? []
  return (
    <li>
      <span class="what">{what}:</span> {from && <del>{from}</del>} → <ins>{to || 'nothing'}</ins>
      {diff && (
        <details open={isOpen && lines.length <= mostLines}>
          <summary>Diff{lines.length > mostLines && ` of ${lines.length} lines`}</summary>
          <Diff lines={lines} />
        </details>
      )}
    </li>
  )
}

function Diff({ lines }: { lines: readonly string[] }) {
  return (
    <pre class="diff">
      {lines.map((line, index) => (
        <span key={index} class={lineClass(line)}>
          {line || ' '}
        </span>
      ))}
    </pre>
  )
}

function lineClass(line: string): string {
  if (line.startsWith('+')) return 'added'
  if (line.startsWith('-')) return 'removed'
  return line.startsWith('@') || line.startsWith('\\') ? 'note' : ''
}

function Output({
  name,
  text,
  isTruncated,
}: {
  name: string
  text: string
  isTruncated: boolean | undefined
}) {
  const lines = text.split('\n').length
  return (
    <details>
      <summary>
        {name}: {lines} {lines === 1 ? 'line' : 'lines'}
        {isTruncated && ', the last ones'}
      </summary>
      <pre>{text}</pre>
    </details>
  )
}

/** The first change in a few words. */
export function oneLine(detail: PageDetail | undefined): string {
  const [first, ...rest] = detail?.changes ?? []
  if (!first) return ''
  const { what, from, to } = first
  const value = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
  const more = rest.length > 0 ? `, and ${rest.length} more` : ''
  return `${value(what)}: ${from ? `${value(from)} → ` : ''}${value(to || 'nothing')}${more}`
}
