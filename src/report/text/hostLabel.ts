// Names a task's host, and its delegate if it has one.

import type { TaskLabel } from '../../model/run/event.ts'

/** `web-01`, or `web-01 -> lb-01`. */
export function hostLabel(host: string, { delegate }: Pick<TaskLabel, 'delegate'>): string {
  return delegate === undefined ? host : `${host} -> ${delegate}`
}

/** The title, for where the host is named elsewhere: `copyFile /etc/motd`, or `-> lb-01  copyFile /etc/motd`. */
export function titleWithDelegate({ title, delegate }: Pick<TaskLabel, 'title' | 'delegate'>): string {
  return delegate === undefined ? title : `-> ${delegate}  ${title}`
}
