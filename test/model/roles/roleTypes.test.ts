// Tests the types of roles: what compiles, and what does not.

import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  definePlay,
  defineRole,
  type PlaybookError,
  type PlayHost,
  sh,
  stdout,
  succeeds,
  type TaskList,
  z,
} from '../../../src/index.ts'
import { command, copyFile } from '../../../tasks/index.ts'

const isSame = <A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]
) => {}

const users = defineRole({
  name: 'users',
  params: z.strictObject({ names: z.array(z.string()), shell: z.string().default('/bin/sh') }),
  vars: z.object({ home: z.string().transform((text) => text.length) }).refine(({ home }) => home > 0),
  facts: { arch: stdout(sh`uname -m`), hasSudo: succeeds(sh`command -v sudo`) },
  handlers: ({ params, vars, facts }) => {
    isSame<typeof params, { names: string[]; shell: string }>()
    isSame<typeof vars, { home: number }>()
    isSame<typeof facts.arch, string>()
    return { reload: command({ argv: ['true'] }) }
  },
  tasks: ({ params, vars, facts, handlers, name, hosts }) => {
    isSame<typeof params, { names: string[]; shell: string }>()
    isSame<typeof vars, { home: number }>()
    isSame<typeof facts.hasSudo, boolean>()
    const [first] = hosts('web', z.object({ port: z.int() }))
    isSame<NonNullable<typeof first>['vars'], { port: number }>()
    const [other] = hosts('web')
    isSame<NonNullable<typeof other>['vars'], { readonly [name: string]: unknown }>()
    // @ts-expect-error no such handler
    handlers.restart
    return params.names.map((each) =>
      copyFile({ dest: `/${name}`, content: each }, { notify: handlers.reload }),
    )
  },
})

const plain = defineRole({
  name: 'plain',
  handlers: { reload: command({ argv: ['true'] }) },
  tasks: ({ vars }) => {
    isSame<typeof vars, Record<string, unknown>>()
    return []
  },
})

const optional = defineRole({
  name: 'optional',
  params: z.strictObject({ port: z.int().default(80) }),
  tasks: ({ params }) => [String(params.port) && plain, 0, '', null, false, undefined],
})

test('a play takes roles as they are, or called; functions see the variables of the play', () => {
  const own = (host: PlayHost<{ port: number }>): TaskList => [host.vars.port > 1 && plain]
  const play = definePlay({
    hosts: 'web',
    vars: z.object({ port: z.int() }),
    facts: { arch: succeeds(sh`true`) },
    roles: [
      plain,
      plain({}, { tags: ['x'], become: true, when: succeeds(sh`true`) }),
      optional,
      optional({ port: 1 }),
      users({ names: [] }),
      own,
      ({ vars, facts }) => {
        isSame<typeof vars, { port: number }>()
        isSame<typeof facts.arch, boolean>()
        return []
      },
    ],
    tasks: ({ vars, facts }) => {
      isSame<typeof vars, { port: number }>()
      isSame<typeof facts.arch, boolean>()
      return [
        plain,
        users({ names: ['eve'] }),
        copyFile({ dest: '/a', content: '' }, { notify: [plain.handler('reload'), users.handler('reload')] }),
      ]
    },
  })
  assert.is(play.spec.roles?.length, 7)
})

/** Each is refused by the compiler, and when it runs. */
const wrong: readonly [code: string, work: () => unknown][] = [
  // @ts-expect-error it needs parameters
  ['E_PARAMS', () => users()],
  // @ts-expect-error a wrong parameter
  ['E_PARAMS', () => users({ name: ['eve'] })],
  // @ts-expect-error it has no parameters
  ['E_PARAMS', () => plain({ port: 1 })],
  // @ts-expect-error no such member
  ['E_ROLE', () => defineRole({ name: 'a', handler: {}, tasks: () => [] })],
  // @ts-expect-error tasks are missing
  ['E_ROLE', () => defineRole({ name: 'a' })],
  ['E_ROLE', () => defineRole({ name: 'two words', tasks: () => [] })],
]

test('what is wrong does not compile, and is refused when it runs', () => {
  for (const [code, work] of wrong) {
    try {
      work()
      assert.unreachable(code)
    } catch (thrown) {
      assert.is((thrown as PlaybookError).code, code, String(thrown))
    }
  }
  // @ts-expect-error it needs parameters
  definePlay({ hosts: 'web', roles: [users] })
  // @ts-expect-error no such handler
  users.handler('restart')
  // @ts-expect-error no such option
  plain({}, { rescue: [] })
})

test.run()
