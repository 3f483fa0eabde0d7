// Tests tomcatCluster on a process tree like Tomcat's, with logs of Tomcat 9.0.109.

import { renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { tomcat as tomcatTask } from '../../../tasks/tomcat/tomcat.ts'
import { tomcatCluster } from '../../../tasks/tomcat/tomcatCluster.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { type FakeTomcat, withTomcat } from './fakeTomcat.ts'

const params = { home: '/data2/was/ws-ecs-server', members: 1 }

const jvm = { pid: 812, owner: 'ecsuser', uid: '1002', startedMs: 1_000_000 }
const line = (id: string) => `x org.apache.catalina.ha.tcp.SimpleTcpCluster.memberAdded y, id={${id} }, z`

const rows = [
  { title: 'is quiet where the members are there', changedMs: 1_001_000, change: undefined },
  { title: 'waits where one is missing', changedMs: 900_000, change: '0 members → 1 member' },
]

for (const { title, changedMs, change } of rows) {
  test(`tomcatCluster ${title}`, () => {
    const { changes } = planned(tomcatCluster, params, {
      jvms: [jvm],
      logs: [{ path: '/x', changedMs, lines: [line('57 5')] }],
    })
    assert.equal(
      changes.map(({ from, to }) => `${from} → ${to}`),
      change ? [change] : [],
    )
  })
}

test('tomcatCluster needs a Tomcat that runs', () => {
  assert.throws(
    () => planned(tomcatCluster, params, { jvms: [], logs: [] }),
    (error: PlaybookError) => error.code === 'E_TOMCAT_DOWN',
  )
})

const member = (port: number, id: string) =>
  `org.apache.catalina.tribes.membership.MemberImpl[tcp://{10, 98, 0, 12}:${port},{10, 98, 0, 12},${port}, alive=1043, securePort=-1, UDP Port=-1, id={${id} }, payload={}, command={}, domain={}]]`
const began =
  '23-Nov-2026 06:34:44.563 INFO [main] org.apache.catalina.ha.tcp.SimpleTcpCluster.startInternal Cluster is about to start'
const added = (port: number, id: string) =>
  `23-Nov-2026 06:34:51.187 INFO [Catalina-utility-2] org.apache.catalina.ha.tcp.SimpleTcpCluster.memberAdded Replication member added:[${member(port, id)}`
const gone = (port: number, id: string) =>
  `23-Nov-2026 06:35:10.826 INFO [Membership-MemberExpired] org.apache.catalina.tribes.group.interceptors.TcpFailureDetector.memberDisappeared Received memberDisappeared[${member(port, id)} message. Will verify.
23-Nov-2026 06:35:10.827 INFO [Membership-MemberExpired] org.apache.catalina.ha.tcp.SimpleTcpCluster.memberDisappeared Received member disappeared:[${member(port, id)}`

/** Each row's log in turn, all in one running Tomcat: what it says, and how many members that makes. */
const logs: readonly (readonly [title: string, members: number, lines: readonly string[]])[] = [
  ['a cluster that found nobody', 0, [began]],
  ['a member that came', 1, [began, added(4000, '57 5 96 -62')]],
  ['two members of one host', 2, [began, added(4000, '57 5'), added(4001, '58 5')]],
  ['a member that went', 0, [began, added(4000, '57 5 96'), gone(4000, '57 5 96')]],
  ['one that came back', 1, [began, added(4000, '57 5'), gone(4000, '57 5'), added(4000, '-39 117')]],
  [
    'one whose end is noticed after its return',
    1,
    [began, added(4000, '57 5'), added(4000, '-39 117'), gone(4000, '57 5')],
  ],
  ['one seen by an earlier JVM', 0, [began, added(4000, '57 5'), began]],
  ['Korean words', 1, [began, added(4000, '57 5').replace('Replication member added', '복제 멤버가 추가됨')]],
]

const log = (tomcat: FakeTomcat, lines: readonly string[]) =>
  writeFileSync(join(tomcat.home, 'logs/catalina.out'), `${lines.join('\n')}\n`)

async function membersSeen({ home }: FakeTomcat, shell: (typeof shells)[number]): Promise<string> {
  const [change] = await looked(tomcatCluster, { home, members: 9 }, { shell })
  return change!.from
}

for (const shell of shells) {
  test(`tomcatCluster counts the members in the log (${shell[0]})`, () =>
    inFolder((folder) =>
      withTomcat(folder, async (tomcat) => {
        await applied(tomcatTask, { home: tomcat.home, httpPort: tomcat.httpPort }, { shell })
        for (const [title, members, lines] of shell === shells[0] ? logs : logs.slice(-2)) {
          log(tomcat, lines)
          assert.is(await membersSeen(tomcat, shell), `${members} member${members === 1 ? '' : 's'}`, title)
        }
      }),
    ))
}

test('tomcatCluster reads rotated logs, waits for members, and tells what the log says', () =>
  inFolder((folder) =>
    withTomcat(folder, async (tomcat) => {
      const { home, httpPort } = tomcat
      const down = await failure(() => looked(tomcatCluster, { home, members: 1 }))
      assert.is(down.code, 'E_TOMCAT_DOWN')
      await applied(tomcatTask, { home, httpPort })
      log(tomcat, [began, added(4000, '57 5')])
      renameSync(join(home, 'logs/catalina.out'), join(home, 'logs/catalina.out.1'))
      log(tomcat, ['quiet'])
      assert.is(await membersSeen(tomcat, ['sh']), '1 member')
      utimesSync(join(home, 'logs/catalina.out.1'), 1, 1)
      const error = await failure(() => applied(tomcatCluster, { home, members: 1, within: 0.2 }))
      assert.equal(
        [error.code, error.message],
        ['E_CLUSTER', `The Tomcat of ${home} sees 0 of 1 member after 0.2 s.`],
      )
      assert.equal(error.details, ['Its log has no line about a cluster.'])
      setTimeout(() => log(tomcat, [began, added(4000, '57 5')]), 200)
      const { again } = await applied(tomcatCluster, { home, members: 1, within: 10 })
      assert.equal(again, [])
    }),
  ))

test.run()
