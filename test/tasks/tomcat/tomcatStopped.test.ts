// Tests tomcat stopped: plans for Tomcats that are units and for others.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import type { Unit } from '../../../tasks/services/systemd.ts'
import { tomcat } from '../../../tasks/tomcat/tomcat.ts'

const home = '/data2/was/ws-old-server'
const jvm = { pid: 812, owner: 'ecsuser', uid: '1001', startedMs: 0 }
const down: Unit = {
  ...{ load: 'loaded', active: 'inactive', sub: 'dead', file: 'enabled', type: 'exec' },
  ...{ isOutdated: false, mainPid: 0, similar: [] },
}

const rows = [
  { title: 'is quiet where none runs', jvms: [], unit: undefined, from: undefined },
  { title: 'ends one that runs', jvms: [jvm], unit: undefined, from: 'pid 812' },
  { title: 'ends one that runs beside its unit', jvms: [jvm], unit: down, from: 'pid 812' },
  { title: 'is quiet where its unit is down', jvms: [], unit: down, from: undefined },
  {
    title: 'stops a unit that is between two starts',
    jvms: [],
    unit: { ...down, active: 'activating', sub: 'auto-restart' },
    from: 'activating (auto-restart)',
  },
]

for (const { title, jvms, unit, from } of rows) {
  test(`tomcat stopped ${title}`, () => {
    const params = { home, state: 'stopped' as const, ...(unit ? { unit: 'ws-old-server' } : {}) }
    const { changes, steps } = planned(tomcat, params, { jvms, status: 0, unit })
    assert.equal(
      changes.map((change) => change.from),
      from === undefined ? [] : [from],
    )
    const isByUnit = steps.some((step) => step.includes('unit=ws-old-server.service'))
    assert.is(isByUnit, from !== undefined && unit !== undefined)
  })
}

test.run()
