// Names the host that a line is about, and with it the one on which a delegated task is carried out.

import type { TaskLabel } from '../../model/run/event.ts'

/** `web-01`, or `web-01 -> lb-01`. */
export function hostLabel(host: string, { delegate }: Pick<TaskLabel, 'delegate'>): string {
  return delegate === undefined ? host : `${host} -> ${delegate}`
}

/** The title where the host stands elsewhere: `copyFile /etc/motd`, or `-> lb-01  copyFile /etc/motd`. */
export function titleWithDelegate({ title, delegate }: Pick<TaskLabel, 'title' | 'delegate'>): string {
  return delegate === undefined ? title : `-> ${delegate}  ${title}`
}
