// Whom a task becomes: its own word, then the play's, then the inventory's.

import type { ConnectionSettings } from '../model/host.ts'
import type { PlaySpec } from '../model/play.ts'
import type { Task } from '../model/task.ts'

/**
 * The user to become for a task; undefined: the login user. The task's own word comes first, then the host's
 * `ansible_become` (`becomesByDefault`), then the play's.
 */
export function becomeUser(
  task: Pick<Task, 'options'>,
  // biome-ignore lint/suspicious/noExplicitAny: any play
  play: Pick<PlaySpec<any, any>, 'become'>,
  { become }: ConnectionSettings,
  becomesByDefault: boolean | undefined,
): string | undefined {
  const ofPlay = becomesByDefault === undefined ? play.become : becomesByDefault && (play.become || true)
  const wanted = task.options.become ?? ofPlay ?? false
  if (wanted === true) return typeof play.become === 'string' ? play.become : become.user
  return wanted === false ? undefined : wanted
}
