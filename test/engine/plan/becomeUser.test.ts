// Become user and method: task, then inventory, then play.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { becomeUser } from '../../../src/engine/plan/becomeUser.ts'
import { formatBecomeUser } from '../../../src/model/become.ts'
import type { TaskOptions } from '../../../src/model/task.ts'

const settings = { kind: 'ssh' as const, host: 'h', become: { method: 'sudo' as const, user: 'admin' } }
const becomes: [
  task: boolean | string | undefined,
  host: boolean | undefined,
  play: boolean | string | undefined,
  user: string | undefined,
][] = [
  [undefined, undefined, undefined, undefined],
  [undefined, undefined, true, 'admin'],
  [undefined, undefined, 'app', 'app'],
  [false, undefined, true, undefined],
  ['db', undefined, true, 'db'],
  [undefined, true, undefined, 'admin'],
  [undefined, true, 'app', 'app'],
  [undefined, false, true, undefined],
  [true, false, undefined, 'admin'],
  [true, undefined, 'app', 'app'],
]
for (const [task, host, play, user] of becomes) {
  test(`task ${task}, host ${host}, play ${play}: becomes ${user ?? 'nobody else'}`, () => {
    const found = becomeUser({ options: { become: task } }, { become: play }, settings, host)
    assert.is(found?.user, user)
  })
}

type Method = TaskOptions['becomeMethod']
const byMethod: [task: Method, host: Method, play: Method, whom: string][] = [
  [undefined, undefined, undefined, 'admin'],
  [undefined, undefined, 'su', 'su:root'],
  [undefined, undefined, 'doas', 'doas:admin'],
  [undefined, undefined, 'sudo', 'admin'],
  ['doas', undefined, 'su', 'doas:admin'],
  [undefined, 'doas', 'su', 'admin'],
  ['sudo', 'doas', 'su', 'sudo:admin'],
]
for (const [task, host, play, whom] of byMethod) {
  test(`method of the task ${task}, of the host ${host}, of the play ${play}: becomes ${whom}`, () => {
    const become = { method: host ?? 'sudo', user: 'admin', ...(host ? { isMethodGiven: true } : {}) }
    const becomeOtherwise = [{ method: 'su', user: 'root' } as const]
    const found = becomeUser(
      { options: { become: true, becomeMethod: task } },
      { becomeMethod: play },
      { ...settings, become, becomeOtherwise },
      undefined,
    )
    assert.is(found && formatBecomeUser(found), whom)
  })
}

test.run()
