// Resolves the become user and method: task, then inventory, then play.

import type { BecomeMethod, BecomeUser } from '../../model/become.ts'
import { becomeSettingsFor, type ConnectionSettings } from '../../model/host.ts'
import type { PlaySpec } from '../../model/play.ts'
import type { Task } from '../../model/task.ts'

// biome-ignore lint/suspicious/noExplicitAny: any play
type BecomingPlay = Pick<PlaySpec<any, any>, 'become' | 'becomeMethod'>

/**
 * The user to become for a task, with the method where it is not the host's own; undefined: the login user. The task's
 * own option comes first, then the host's `ansible_become` (`becomesByDefault`), then the play's option.
 */
export function becomeUser(
  task: Pick<Task, 'options'>,
  play: BecomingPlay,
  settings: ConnectionSettings,
  becomesByDefault: boolean | undefined,
): BecomeUser | undefined {
  const ofPlay = becomesByDefault === undefined ? play.become : becomesByDefault && (play.become || true)
  const requested = task.options.become ?? ofPlay ?? false
  if (requested === false) return undefined
  const { method, user: usual } = becomeSettingsFor(methodFor(task, play, settings), settings)
  const user = requested !== true ? requested : typeof play.become === 'string' ? play.become : usual
  return { user, method: method === settings.become.method ? undefined : method }
}

/** As in Ansible, a variable of the host is stronger than the play. */
function methodFor(
  task: Pick<Task, 'options'>,
  play: BecomingPlay,
  { become }: ConnectionSettings,
): BecomeMethod {
  const ofPlay = become.isMethodGiven ? undefined : play.becomeMethod
  return task.options.becomeMethod ?? ofPlay ?? become.method
}
