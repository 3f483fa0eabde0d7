// The task pause: waits for a time or for a person, once for all hosts.

import { defineTask, z } from '../../src/index.ts'

const time = z.number().min(0, 'expected a number that is not negative')

/**
 * Waits until all hosts of the play (with `serial`: of the batch) have reached it, and then for a time or a person,
 * once for all of them. What was read on the hosts earlier is read again afterwards.
 *
 * - `seconds` or `minutes`: how long it waits.
 * - `prompt`: the text for the person at the terminal. Enter continues; `a` and Enter aborts: the task fails on the
 *   hosts that wait (E_PAUSE_ABORTED), other hosts stop, and no further play begins. With `seconds` it continues by
 *   itself after that time.
 *
 * Without any of these it waits for a person. It is never a change. A dry run does not wait, and says what it would
 * wait for. Where nobody can be asked (no terminal, or CI), it waits for `seconds`; without these it is an error,
 * before any host is contacted. In code, `ask` of `runPlaybook` answers. Ctrl-C ends the run in order, with exit code
 * 130. With fewer `forks` than hosts, hosts that wait make room for the others.
 *
 * Errors: E_UNANSWERED, E_PAUSE_ABORTED
 *
 * @example pause({ seconds: 30 })
 * @example pause({ prompt: 'Look at the dashboard of the first batch.' })
 * @see https://docs.ansible.com/ansible/latest/collections/ansible/builtin/pause_module.html
 */
export const pause = defineTask({
  name: 'pause',
  summary: 'Waits for a time or for a person, once for all hosts.',
  ansible: {
    modules: ['pause'],
    params: { echo: 'prompt({ name, secret: true }, (answer) => [ … ]) asks for what is typed.' },
  },
  params: z
    .strictObject({
      seconds: time.optional().describe('How long it waits.'),
      minutes: time.optional().describe('The same in minutes.'),
      prompt: z
        .string()
        .min(1, 'expected a text')
        .optional()
        .describe('The text for the person, who continues or aborts.'),
    })
    .refine(
      ({ seconds, minutes }) => seconds === undefined || minutes === undefined,
      'expected seconds or minutes, not both',
    ),
  title: ({ prompt }) => prompt ?? '',
  probe: () => ({}),
  plan: () => [],
  pause: ({ prompt, ...length }) => {
    const seconds = secondsOf(length)
    const text = prompt ?? (seconds === undefined ? 'The run waits.' : undefined)
    return { seconds, prompt: text }
  },
  message: ({ prompt, ...length }) => {
    const seconds = secondsOf(length)
    const person = prompt === undefined && seconds !== undefined ? [] : ['for a person']
    const limit = seconds === undefined ? [] : [`${seconds} s`]
    return { text: `would wait ${[...person, ...limit].join(', at most ')}` }
  },
  effects: () => [],
})

type Length = { readonly seconds?: number | undefined; readonly minutes?: number | undefined }

function secondsOf({ seconds, minutes }: Length): number | undefined {
  return minutes === undefined ? seconds : minutes * 60
}
