// Resolves handlers of roles that are notified by name.

import { PlaybookError } from '../../model/errors/error.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { AnyRole, Handler, RoleHandler, Task } from '../../model/task.ts'
import type { HostRole } from './expandRoles.ts'

/**
 * The task with tasks for the handlers of roles that it notifies.
 *
 * @throws PlaybookError E_HANDLER where the play does not use the role, or it has no such handler
 */
export function withRoleHandlers(task: Task, roles: readonly HostRole[], within: readonly Task[] = []): Task {
  const { notify } = task.options
  const handlers = [notify ?? []].flat() as readonly Handler[]
  if (handlers.length === 0) return task
  if (within.some((each) => each.spec === task.spec && each.title === task.title)) throw endless(task)
  const resolved = handlers
    .flatMap((handler) => (handler.kind === 'task' ? [handler] : namedHandlers(handler, roles, task)))
    .map((handler) => withRoleHandlers(handler, roles, [...within, task]))
  const isSame = resolved.every((handler, index) => handler === handlers[index])
  return isSame ? task : { ...task, options: { ...task.options, notify: resolved } }
}

function namedHandlers({ of, name }: RoleHandler, roles: readonly HostRole[], task: Task): Task[] {
  const uses = roles.filter(({ use }) => use === of || use.role === (of as unknown))
  const { spec } = of.kind === 'role' ? (of as unknown as AnyRole) : of.role
  const fail = (message: string, hint: string | undefined) =>
    new PlaybookError('E_HANDLER', `${task.title}: notify: ${message}`, { where: task.where(), hint })
  if (uses.length === 0)
    throw fail(
      `the play does not use the role ${spec.name}, whose handler is ${name}.`,
      'Use it in roles, or in a list of tasks of the play.',
    )
  return uses.map(({ handlers }) => {
    if (Object.hasOwn(handlers, name)) return handlers[name]!
    const names = Object.keys(handlers)
    const hint = didYouMean(name, names) ?? (names.length > 0 ? `It has ${names.join(', ')}.` : undefined)
    throw fail(`the role ${spec.name} has no handler ${name}.`, hint)
  })
}

function endless(task: Task): PlaybookError {
  return new PlaybookError('E_HANDLER', `The handler ${task.title} notifies itself.`, { where: task.where() })
}
