// Whom a task becomes, and how: its own word, then the play's, then the inventory's.

import { type BecomeMethod, formatBecomeUser } from '../../model/become.ts'
import { becomeSettingsFor, type ConnectionSettings } from '../../model/host.ts'
import type { PlaySpec } from '../../model/play.ts'
import type { Task } from '../../model/task.ts'

// biome-ignore lint/suspicious/noExplicitAny: any play
type BecomingPlay = Pick<PlaySpec<any, any>, 'become' | 'becomeMethod'>

/**
 * The user to become for a task, with the method where it is not the host's usual one (`su:root`); undefined: the login
 * user. The task's own word comes first, then the host's `ansible_become` (`becomesByDefault`), then the play's.
 */
export function becomeUser(
  task: Pick<Task, 'options'>,
  play: BecomingPlay,
  settings: ConnectionSettings,
  becomesByDefault: boolean | undefined,
): string | undefined {
  const ofPlay = becomesByDefault === undefined ? play.become : becomesByDefault && (play.become || true)
  const requested = task.options.become ?? ofPlay ?? false
  if (requested === false) return undefined
  const { method, user: usual } = becomeSettingsFor(methodFor(task, play, settings), settings)
  const user = requested !== true ? requested : typeof play.become === 'string' ? play.become : usual
  return formatBecomeUser({ user, ...(method === settings.become.method ? {} : { method }) })
}

/** As Ansible weighs it: a host's own variable is stronger than what its play says. */
function methodFor(
  task: Pick<Task, 'options'>,
  play: BecomingPlay,
  { become }: ConnectionSettings,
): BecomeMethod {
  const ofPlay = become.isMethodGiven ? undefined : play.becomeMethod
  return task.options.becomeMethod ?? ofPlay ?? become.method
}
