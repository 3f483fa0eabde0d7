// The words and signs with which the page names statuses and outcomes.

import type { PageStatus } from '../../html/pageData.ts'
import type { HostKind } from './model.ts'

/** In every font, so that columns stay in line. */
export const signs: { readonly [status in PageStatus]: string } = {
  ok: '·',
  changed: '+',
  failed: '×',
  skipped: '-',
  unreachable: '!',
  unknown: '?',
  ignored: 'x',
  retry: 'r',
}

export function statusWord(status: PageStatus, isCheck: boolean): string {
  if (status === 'changed' && isCheck) return 'would change'
  return status === 'ignored' ? 'failed (ignored)' : status
}

export function kindWord(kind: HostKind, isCheck: boolean): string {
  if (kind === 'stopped') return 'not finished'
  if (kind === 'ok') return 'nothing to do'
  return kind === 'changed' && isCheck ? 'would change' : kind
}

/** `2 hosts`, `1,000 hosts`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

/** `Tuesday 10 March 2026, 12:03`, in the time zone of the reader. */
export function dateText(time: number): string {
  const options = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const
  const date = new Date(time)
  const clock = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return `${date.toLocaleDateString('en-GB', options)}, ${clock}`
}
