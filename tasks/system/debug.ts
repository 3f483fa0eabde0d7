// The task debug: shows a message or a value, and changes nothing.

import { inspect } from 'node:util'
import { defineTask, PlaybookError, type Probe, z } from '../../src/index.ts'

/** The variables of a host as templates see them, by name. */
type Variables = { readonly [name: string]: unknown }

const probe = z.custom<Probe<unknown>>(
  (value) => typeof (value as Probe<unknown> | null)?.parse === 'function',
)
const message = z.union(
  [z.string(), probe, z.custom<(host: Variables) => string>((value) => typeof value === 'function')],
  'expected a text, a probe, or a function that returns a text',
)

/**
 * Shows a line on each host, or a value; equal lines of many hosts are shown once. It changes nothing, in a run and in a
 * dry run alike.
 *
 * - `msg`: a text; a probe, whose result is read when the task's turn comes; or a function of the host's variables, as
 *   templates see them (`inventory_hostname`, `ansible_distribution`). Default: Hello world!
 * - `value`: any value, or a probe, in place of `msg`: shown as JavaScript, indented. Secrets in it are masked.
 * - `var`: the name of a variable of the host, in place of `msg`: `ansible_host`, `groups`; or of a fact: `ansible_distribution`.
 * - `verbosity`: how many -v are needed to see it. Default 0: always, but not with -q.
 *
 * It needs no trip to the host, unless it is given a probe. Events and reports have the text as `message`; JUnit has not.
 *
 * @throws PlaybookError E_UNDEFINED where there is no variable `var`
 * @example debug({ msg: `The port is ${host.vars.port}` })
 * @example debug({ msg: stdout(sh`uptime`) })
 * @example debug({ msg: ({ inventory_hostname, ansible_distribution }) => `${inventory_hostname}: ${ansible_distribution}` })
 * @example debug({ value: host.vars, verbosity: 1 })
 * @see https://docs.ansible.com/ansible/latest/collections/ansible/builtin/debug_module.html
 */
export const debug = defineTask({
  name: 'debug',
  summary: 'Shows a message or a value, and changes nothing.',
  ansible: { modules: ['debug'] },
  params: z
    .strictObject({
      msg: message
        .optional()
        .meta({ title: 'string' })
        .describe('A text, a probe, or a function of the variables.'),
      value: z
        .unknown()
        .optional()
        .meta({ title: 'JSON' })
        .describe('Any value, or a probe: shown indented.'),
      var: z
        .string()
        .min(1)
        .refine(
          (name) => name !== 'ansible_facts',
          'expected the name of one fact: ansible_distribution; run-playbook facts shows all',
        )
        .optional()
        .describe('The name of a variable of the host.'),
      verbosity: z.int().min(0).max(4).default(0).describe('How many -v are needed to see it.'),
    })
    .refine(
      (params) =>
        ['msg', 'value', 'var'].filter((name) => name in params && params[name as 'msg'] !== undefined)
          .length < 2,
      'expected one of msg, value and var',
    ),
  inputs: ({ msg, var: name }, { host }) => {
    const variable = (key: string) => host?.get(key)
    if (name !== undefined) {
      const value = variable(name)
      if (value === undefined) throw unknownVariable(name, [...(host?.names() ?? [])])
      return `${name}: ${pretty(value)}`
    }
    if (typeof msg !== 'function') return undefined
    return String(msg(new Proxy({}, { get: (_, key) => variable(String(key)) })))
  },
  probe: ({ msg, value }) => {
    const given = [msg, value].filter((each) => isProbe(each))
    return Object.fromEntries(given.map((each) => ['found', each as Probe<unknown>]))
  },
  plan: (_, observed) => {
    void (observed as { readonly found?: unknown }).found
    return []
  },
  message: ({ msg, value, verbosity }, observed, text) => {
    const { found } = observed as { readonly found?: unknown }
    const shown = isProbe(msg) ? shownAs(found) : isProbe(value) ? pretty(found) : undefined
    const plain = typeof msg === 'string' ? msg : value === undefined ? 'Hello world!' : pretty(value)
    return { text: shown ?? text ?? plain, verbosity }
  },
  effects: () => [],
})

function isProbe(value: unknown): value is Probe<unknown> {
  return probe.safeParse(value).success
}

function shownAs(found: unknown): string {
  return typeof found === 'string' ? found : pretty(found)
}

function pretty(value: unknown): string {
  if (typeof value === 'string') return value
  return inspect(value, {
    depth: null,
    getters: true,
    breakLength: 100,
    maxArrayLength: null,
    maxStringLength: null,
  })
}

function unknownVariable(name: string, names: readonly string[]): PlaybookError {
  const near = names.filter((each) => each.toLowerCase().includes(name.toLowerCase()))
  return new PlaybookError('E_UNDEFINED', `There is no variable "${name}".`, {
    hint:
      near.length > 0
        ? `There are: ${near.slice(0, 5).join(', ')}`
        : 'run-playbook inventory --host NAME lists those of a host.',
  })
}
