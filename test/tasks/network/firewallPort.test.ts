// Tests firewallPort: plans, and its probe script on recorded output of firewalld 1.3.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { zoneState } from '../../../tasks/network/firewalld.ts'
import { firewallPort } from '../../../tasks/network/firewallPort.ts'
import { parseZoneState, type ZoneState } from '../../../tasks/network/zoneReading.ts'
import { failure, inFolder, runShell, shells } from '../apply.ts'
import { outputOf } from '../outputOf.ts'
import { emptyZone, publicZone } from './zones.ts'

const zoneOf = (runtime: readonly string[] | undefined, permanent: readonly string[]) =>
  publicZone(runtime && { ports: runtime }, { ports: permanent })

type Row = {
  readonly title: string
  readonly params: Parameters<typeof firewallPort>[0]
  readonly zone: ZoneState
  readonly changes: readonly string[]
  readonly steps: readonly string[]
}

const rows: readonly Row[] = [
  {
    title: 'opens a closed port in both configurations, the permanent one first',
    params: { ports: '8080/tcp' },
    zone: zoneOf([], []),
    changes: ['port 8080/tcp: closed → open (permanent, runtime)'],
    steps: [
      "firewall-cmd --permanent '--zone=public' '--add-port=8080/tcp'",
      "firewall-cmd '--zone=public' '--add-port=8080/tcp'",
    ],
  },
  {
    title: 'says nothing when all is open',
    params: { ports: ['8080/tcp', '4000-4002/udp'] },
    zone: zoneOf(['8080/tcp', '4000-4002/udp'], ['4000-4002/udp', '8080/tcp']),
    changes: [],
    steps: [],
  },
  {
    title: 'touches only the configuration that differs',
    params: { ports: '8080/tcp' },
    zone: zoneOf(['8080/tcp'], []),
    changes: ['port 8080/tcp: closed → open (permanent)'],
    steps: ["firewall-cmd --permanent '--zone=public' '--add-port=8080/tcp'"],
  },
  {
    title: 'opens many ports in one call a configuration',
    params: { ports: '80/tcp, 443/tcp' },
    zone: zoneOf([], ['80/tcp']),
    changes: ['port 80/tcp: closed → open (runtime)', 'port 443/tcp: closed → open (permanent, runtime)'],
    steps: [
      "firewall-cmd --permanent '--zone=public' '--add-port=443/tcp'",
      "firewall-cmd '--zone=public' '--add-port=80/tcp' '--add-port=443/tcp'",
    ],
  },
  {
    title: 'knows that a port inside an open range is open',
    params: { ports: ['8050/tcp', '8000-8010/tcp'] },
    zone: zoneOf(['8000-8100/tcp'], ['8000-8100/tcp']),
    changes: [],
    steps: [],
  },
  {
    title: 'knows that a range is open where two ranges make it up',
    params: { ports: '8000-8010/tcp' },
    zone: zoneOf(['8006-8020/tcp', '8000-8005/tcp'], ['8000-8010/tcp']),
    changes: [],
    steps: [],
  },
  {
    title: 'opens a range that is open in part',
    params: { ports: '8000-8010/tcp', permanent: false },
    zone: zoneOf(['8005/tcp'], []),
    changes: ['port 8000-8010/tcp: closed → open (runtime)'],
    steps: ["firewall-cmd '--zone=public' '--add-port=8000-8010/tcp'"],
  },
  {
    title: 'does not take a port of the other protocol for open',
    params: { ports: '45564/udp', runtime: false },
    zone: zoneOf(['45564/udp'], ['45564/tcp']),
    changes: ['port 45564/udp: closed → open (permanent)'],
    steps: ["firewall-cmd --permanent '--zone=public' '--add-port=45564/udp'"],
  },
  {
    title: 'closes only those parts of a range that are open, since firewalld refuses the rest',
    params: { ports: '9000-9020/udp', state: 'closed' },
    zone: zoneOf(['9000-9004/udp', '9015-9030/udp'], []),
    changes: ['port 9000-9020/udp: open → closed (runtime)'],
    steps: ["firewall-cmd '--zone=public' '--remove-port=9000-9004/udp' '--remove-port=9015-9020/udp'"],
  },
  {
    title: 'closes a port of a range, which leaves the rest of it',
    params: { ports: '4001/tcp', state: 'closed' },
    zone: zoneOf(['4000-4002/tcp'], ['4000-4002/tcp']),
    changes: ['port 4001/tcp: open → closed (permanent, runtime)'],
    steps: [
      "firewall-cmd --permanent '--zone=public' '--remove-port=4001/tcp'",
      "firewall-cmd '--zone=public' '--remove-port=4001/tcp'",
    ],
  },
  {
    title: 'writes the permanent configuration of a stopped firewalld, and says so',
    params: { ports: '80/tcp' },
    zone: zoneOf(undefined, []),
    changes: ['port 80/tcp: closed → open (permanent; firewalld is stopped)'],
    steps: ["firewall-offline-cmd '--zone=public' '--add-port=80/tcp'"],
  },
  {
    title: 'asks for each port once',
    params: { ports: ['80/tcp', '80/tcp'], runtime: false },
    zone: zoneOf([], []),
    changes: ['port 80/tcp: closed → open (permanent)'],
    steps: ["firewall-cmd --permanent '--zone=public' '--add-port=80/tcp'"],
  },
]

for (const { title, params, zone, changes, steps } of rows) {
  test(`firewallPort ${title}`, () => {
    const result = planned(firewallPort, params, { zone })
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

const wrong = ['80', '0/tcp', '65536/tcp', '90-80/tcp', '80/http', '80/tcp,', '']
for (const ports of wrong) {
  test(`firewallPort refuses "${ports}" as a port`, () => {
    assert.throws(
      () => firewallPort({ ports }),
      (error: { code: string; message: string }) =>
        error.code === 'E_PARAMS' && error.message.includes('expected PORT/PROTOCOL'),
    )
  })
}

test('firewallPort refuses a runtime-only change of a stopped firewalld', () => {
  assert.throws(
    () => planned(firewallPort, { ports: '80/tcp', permanent: false }, { zone: zoneOf(undefined, []) }),
    (error: { code: string }) => error.code === 'E_FIREWALLD_STOPPED',
  )
})

const zones = '{"type":"as","data":[["block","dmz","public","work"]]}'
const settings = (ports: string) =>
  `{"type":"a{sv}","data":[{"short":{"type":"s","data":"Work"},"target":{"type":"s","data":"default"},"services":{"type":"as","data":["ssh","dhcpv6-client"]},"masquerade":{"type":"b","data":false},"forward":{"type":"b","data":true},${ports}"rules_str":{"type":"as","data":["rule family=\\"ipv4\\" source address=\\"10.0.0.1\\" accept"]}}]}`
const listed = `work
  target: default
  icmp-block-inversion: no
  interfaces: 
  services: dhcpv6-client ssh
  ports: 8080/tcp 4000-4002/tcp
  protocols: 
  source-ports: 9/tcp
  icmp-blocks: 
  rich rules: 
\trule family="ipv4" source address="10.0.0.1" accept
\trule service name="ssh" log prefix="a b" limit value="3/m" accept`

test('the zone is read from the answers of D-Bus, in which an empty list is missing', () => {
  const ports = '"ports":{"type":"a(ss)","data":[["8080","tcp"],["4000-4002","tcp"]]},'
  const state = parseZoneState(
    outputOf(
      `= bus\n= zone work\n= zones ${zones}\n= runtime\n${settings(ports)}\n= permanent\n${settings('')}\n`,
    ),
  )
  const rules = ['rule family="ipv4" source address="10.0.0.1" accept']
  assert.equal(state, {
    zone: 'work',
    isRunning: true,
    runtime: {
      ...emptyZone,
      services: ['ssh', 'dhcpv6-client'],
      ports: ['8080/tcp', '4000-4002/tcp'],
      rules,
    },
    permanent: { ...emptyZone, services: ['ssh', 'dhcpv6-client'], rules },
  })
})

test('the zone is read from what firewall-offline-cmd lists', () => {
  const state = parseZoneState(
    outputOf(`= offline\n= zone work\n= zones block dmz work\n= permanent\n${listed}\n`),
  )
  assert.equal(state, {
    zone: 'work',
    isRunning: false,
    runtime: undefined,
    permanent: {
      ...emptyZone,
      services: ['dhcpv6-client', 'ssh'],
      ports: ['8080/tcp', '4000-4002/tcp'],
      rules: [
        'rule family="ipv4" source address="10.0.0.1" accept',
        'rule service name="ssh" log prefix="a b" limit value="3/m" accept',
      ],
    },
  })
})

const failures = [
  {
    title: 'not installed',
    printed: outputOf('= missing\n'),
    code: 'E_FIREWALLD_MISSING',
    message: 'not installed',
  },
  {
    title: 'an unknown zone over D-Bus',
    printed: outputOf(
      `= bus\n= zone nope\n= zones ${zones}\n= runtime\nCall failed: INVALID_ZONE: nope\n= permanent\nCall failed: INVALID_ZONE: nope\n`,
    ),
    code: 'E_FIREWALL_ZONE',
    message: 'Zone "nope" of firewalld does not exist.',
  },
  {
    title: 'an unknown zone of a stopped firewalld',
    printed: outputOf(
      '= offline\n= zone nope\n= zones block work\n= permanent\nINVALID_ZONE: get_zone(): nope\n',
    ),
    code: 'E_FIREWALL_ZONE',
    message: 'Zone "nope" of firewalld does not exist.',
  },
  {
    title: 'a zone that was made but not loaded',
    printed: outputOf(
      `= bus\n= zone was\n= zones ${zones}\n= runtime\nCall failed: INVALID_ZONE: was\n= permanent\n${settings('')}\n`,
    ),
    code: 'E_FIREWALL_ZONE',
    message: 'permanent configuration only',
  },
  {
    title: 'no right to ask',
    printed: outputOf('', 1, 'You need to be root to run /usr/bin/firewall-offline-cmd.\n'),
    code: 'E_FIREWALLD',
    message: 'does not answer',
  },
]

for (const failure of failures) {
  test(`the zone cannot be read: ${failure.title}`, () => {
    assert.throws(
      () => parseZoneState(failure.printed),
      (error: { code: string; message: string }) =>
        error.code === failure.code && error.message.includes(failure.message),
    )
  })
}

test('what firewall-cmd refuses is reported with the name of its error', () => {
  const [change] = firewallPort.spec.plan(
    { ports: ['80/tcp'], state: 'open', permanent: false, runtime: true },
    { zone: zoneOf([], []) },
    undefined,
  )
  const step = change!.steps[0]!
  assert.is(step.kind, 'run')
  const error =
    step.kind === 'run' ? step.explain!(outputOf('', 252, 'Error: NOT_AUTHORIZED: denied\n')) : undefined
  assert.is(error?.message, 'firewalld refused it: NOT_AUTHORIZED: denied')
  assert.match(error?.hint ?? '', 'become: true')
})

const fakeBusctl = `case "$*" in
  *getZones*) echo '${zones}' ;;
  *getDefaultZone*) echo 's "public"' ;;
  *getZoneSettings2*) echo '${settings('')}' ;;
  *'getZoneByName s public'*) echo 'o "/org/fedoraproject/FirewallD1/config/zone/7"' ;;
  *config/zone/7*getSettings2*) echo '${settings('"ports":{"type":"a(ss)","data":[["80","tcp"]]},')}' ;;
  *) echo "Call failed: INVALID_ZONE: $*"; exit 1 ;;
esac`
const fakeFirewallCmd = `case "$*" in
  --state) exit "\${STATE:-0}" ;;
  --get-default-zone) echo work ;;
  --get-zones) echo block work ;;
  *--list-all) cat <<'END'
${listed}
END
  ;;
esac`

for (const shell of shells) {
  test(`the script that reads a zone chooses D-Bus, firewall-cmd or firewall-offline-cmd (${shell[0]})`, () =>
    inFolder(async (folder) => {
      const program = (name: string, body: string) => {
        writeFileSync(join(folder, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${body}\n`, { mode: 0o755 })
      }
      const read = async (before = '') => {
        const probe = zoneState(undefined)
        if (probe.kind !== 'command') throw new Error('It is no command.')
        return probe.parse(await runShell(probe.command.script, { shell, path: folder, before }))
      }
      program('busctl', 'exit 1')
      assert.is((await failure(read)).code, 'E_FIREWALLD_MISSING')
      program('firewall-cmd', fakeFirewallCmd)
      program('firewall-offline-cmd', fakeFirewallCmd)
      const asked = await read()
      assert.equal([asked.zone, asked.isRunning, asked.runtime?.ports[0]], ['work', true, '8080/tcp'])
      const offline = await read('export STATE=252')
      assert.equal([offline.zone, offline.isRunning, offline.runtime], ['work', false, undefined])
      program('busctl', fakeBusctl)
      const overBus = await read()
      assert.equal(overBus.zone, 'public')
      assert.equal([overBus.runtime?.ports, overBus.permanent.ports], [[], ['80/tcp']])
    }))
}

test.run()
