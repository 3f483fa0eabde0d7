// The task fail: ends a host's run with a message.

import { defineTask, PlaybookError, z } from '../../src/index.ts'

const message = z.string().min(1, 'expected a text')

/**
 * Fails, with a message of your own. It is for what only a look in the middle of a play finds out; variables are better
 * checked by the schema in `vars`, before any host is contacted.
 *
 * - `msg`: what is wrong. `hint`: what to do about it.
 *
 * It fails in a dry run too. `ignoreErrors`, `rescue` of a block and `when` are as for every task.
 *
 * @throws PlaybookError E_FAIL
 * @example look(stdout(sh`cat /etc/role`), (role) => (role === 'db' ? [] : fail({ msg: `This is a ${role}, not a db.` })))
 *
 * Source: Ansible's fail.
 */
export const fail = defineTask({
  name: 'fail',
  summary: 'Fails, with a message of your own.',
  ansible: { modules: ['fail'] },
  params: z.strictObject({
    msg: message.describe('What is wrong.'),
    hint: message.optional().describe('What to do about it.'),
  }),
  title: ({ msg }) => msg,
  probe: () => ({}),
  plan: ({ msg, hint }) => {
    throw new PlaybookError('E_FAIL', msg, { hint })
  },
  effects: () => [],
})
