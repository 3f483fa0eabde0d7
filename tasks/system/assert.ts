// The task assert: ends a host's run if a condition does not hold.

import { defineTask, PlaybookError, z } from '../../src/index.ts'

const message = z.string().min(1, 'expected a text')

/**
 * Fails unless all statements are true, and lists those that are not.
 *
 * - `that`: sentences, and whether they are true: `{ 'There are two nodes': nodes.length === 2 }`. All false ones are listed.
 * - `failMsg`: what to say instead of "is not as it has to be". `hint`: what to do about it.
 *
 * It fails in a dry run too.
 *
 * @throws PlaybookError E_ASSERT
 * @example
 * assert({ that: { 'At least 2 GB of memory': host.memory.total >= 2e9 }, hint: 'Give the machine more memory.' })
 *
 * Source: Ansible's assert, whose conditions are expressions of Jinja.
 */
export const assert = defineTask({
  name: 'assert',
  summary: 'Fails unless all statements are true, and lists those that are not.',
  ansible: {
    modules: ['assert'],
    params: { msg: 'failMsg', success_msg: 'There is no such option.', quiet: 'There is no such option.' },
  },
  params: z.strictObject({
    that: z
      .record(z.string().min(1), z.boolean())
      .refine((that) => Object.keys(that).length > 0, 'expected at least one sentence')
      .describe('Sentences, and whether they are true: {"There are two nodes": true}.'),
    failMsg: message.optional().describe('What to say if one is false.'),
    hint: message.optional().describe('What to do about it.'),
  }),
  title: ({ that }) => Object.keys(that).join(', '),
  probe: () => ({}),
  plan: ({ that, failMsg, hint }) => {
    const wrong = Object.entries(that).flatMap(([sentence, isTrue]) => (isTrue ? [] : [sentence]))
    if (wrong.length === 0) return []
    const text =
      failMsg ??
      (wrong.length === 1
        ? `Not true: ${wrong[0]}`
        : `${wrong.length} of ${Object.keys(that).length} are not true.`)
    throw new PlaybookError('E_ASSERT', text, {
      details: failMsg === undefined && wrong.length === 1 ? [] : wrong,
      hint,
    })
  },
  effects: () => [],
})
