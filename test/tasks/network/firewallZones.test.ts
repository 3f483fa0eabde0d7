// Tests plans for services, sources, masquerading, forwarded ports and zones of firewalld.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { firewallForwardPort } from '../../../tasks/network/firewallForwardPort.ts'
import { firewallMasquerade } from '../../../tasks/network/firewallMasquerade.ts'
import { firewallService } from '../../../tasks/network/firewallService.ts'
import { firewallSource } from '../../../tasks/network/firewallSource.ts'
import { firewallZone } from '../../../tasks/network/firewallZone.ts'
import { parseZoneScopes, parseZoneState, type ZoneSettings } from '../../../tasks/network/zoneReading.ts'
import { outputOf } from '../outputOf.ts'
import { emptyZone, publicZone } from './zones.ts'

const to = (target: string) => `port=80:proto=tcp:toport=${target}`
const zone = publicZone(
  { services: ['ssh'] },
  { services: ['ssh', 'http'], masquerade: true, forwards: [to('8080:toaddr=')] },
)

type Row = readonly [
  title: string,
  plan: () => ReturnType<typeof planned>,
  changes: readonly string[],
  steps: readonly string[],
]

const rows: readonly Row[] = [
  [
    'firewallService adds what is missing, where it is missing',
    () => planned(firewallService, { services: ['ssh', 'http', 'https'] }, { zone }),
    ['service http: absent → present (runtime)', 'service https: absent → present (permanent, runtime)'],
    [
      "firewall-cmd --permanent '--zone=public' '--add-service=https'",
      "firewall-cmd '--zone=public' '--add-service=http' '--add-service=https'",
    ],
  ],
  [
    'firewallService removes what is there',
    () => planned(firewallService, { services: ['http', 'smtp'], state: 'absent' }, { zone }),
    ['service http: present → absent (permanent)'],
    ["firewall-cmd --permanent '--zone=public' '--remove-service=http'"],
  ],
  [
    'firewallSource binds an address while firewalld is stopped',
    () => planned(firewallSource, { sources: '10.0.0.0/8' }, { zone: publicZone(undefined, {}) }),
    ['source 10.0.0.0/8: absent → present (permanent; firewalld is stopped)'],
    ["firewall-offline-cmd '--zone=public' '--add-source=10.0.0.0/8'"],
  ],
  [
    'firewallSource is quiet where it is bound',
    () =>
      planned(
        firewallSource,
        { sources: ['10.0.0.1'] },
        { zone: publicZone({ sources: ['10.0.0.1'] }, { sources: ['10.0.0.1'] }) },
      ),
    [],
    [],
  ],
  [
    'firewallMasquerade turns it on where it is off',
    () => planned(firewallMasquerade, {}, { zone }),
    ['masquerading: disabled → enabled (runtime)'],
    ["firewall-cmd '--zone=public' --add-masquerade"],
  ],
  [
    'firewallMasquerade turns it off',
    () => planned(firewallMasquerade, { state: 'disabled' }, { zone }),
    ['masquerading: enabled → disabled (permanent)'],
    ["firewall-cmd --permanent '--zone=public' --remove-masquerade"],
  ],
  [
    'firewallForwardPort forwards, and replaces another target',
    () => planned(firewallForwardPort, { port: 80, toPort: 9090, toAddr: '10.0.0.9' }, { zone }),
    ['port 80/tcp: not forwarded there → forwarded to 10.0.0.9:9090 (permanent, runtime)'],
    [
      `firewall-cmd --permanent '--zone=public' '--remove-forward-port=${to('8080:toaddr=')}' '--add-forward-port=${to('9090:toaddr=10.0.0.9')}'`,
      `firewall-cmd '--zone=public' '--add-forward-port=${to('9090:toaddr=10.0.0.9')}'`,
    ],
  ],
  [
    'firewallForwardPort removes only what is named',
    () => planned(firewallForwardPort, { port: '80', toPort: '8080', state: 'absent' }, { zone }),
    ['port 80/tcp: forwarded → not forwarded (permanent)'],
    [`firewall-cmd --permanent '--zone=public' '--remove-forward-port=${to('8080:toaddr=')}'`],
  ],
]

for (const [title, plan, changes, steps] of rows) {
  test(title, () => {
    const result = plan()
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

type Scopes = { isRunning: boolean; permanent?: ZoneSettings; runtime?: ZoneSettings }
const loaded: Scopes = { isRunning: true, permanent: emptyZone, runtime: emptyZone }

const zoneRows: [
  title: string,
  params: Parameters<typeof firewallZone>[0],
  scopes: Scopes,
  changes: string[],
  steps: string[],
][] = [
  [
    'makes a zone with a target, and has firewalld load it',
    { zone: 'backend', target: 'REJECT', reload: true },
    { isRunning: true },
    [
      'zone backend: absent → present (permanent)',
      'target of zone backend: default → REJECT (permanent)',
      'zone backend at runtime: absent → REJECT',
    ],
    [
      "firewall-cmd --permanent '--new-zone=backend'",
      "firewall-cmd --permanent '--zone=backend' '--set-target=%%REJECT%%'",
      'firewall-cmd --reload',
    ],
  ],
  ['is quiet where all is so', { zone: 'backend', target: 'default', reload: true }, loaded, [], []],
  [
    'leaves the target alone',
    { zone: 'backend' },
    { ...loaded, permanent: { ...emptyZone, target: 'DROP' } },
    [],
    [],
  ],
  [
    'loads what is permanent only',
    { zone: 'backend', target: 'DROP', reload: true },
    { ...loaded, permanent: { ...emptyZone, target: 'DROP' } },
    ['zone backend at runtime: default → DROP'],
    ['firewall-cmd --reload'],
  ],
  [
    'removes a zone of a stopped firewalld',
    { zone: 'backend', state: 'absent', reload: true },
    { isRunning: false, permanent: emptyZone },
    ['zone backend: present → absent (permanent; firewalld is stopped)'],
    ["firewall-offline-cmd '--delete-zone=backend'"],
  ],
]

for (const [title, params, scopes, changes, steps] of zoneRows) {
  test(`firewallZone ${title}`, () => {
    const result = planned(firewallZone, params, { scopes })
    assert.equal(
      result.changes.map(({ what, from, to: then }) => `${what}: ${from} → ${then}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

const bus =
  '{"type":"a{sv}","data":[{"target":{"type":"s","data":"%%REJECT%%"},"sources":{"type":"as","data":["10.0.0.0/8"]},"masquerade":{"type":"b","data":true},"forward_ports":{"type":"a(ssss)","data":[["80","tcp","8080","10.0.0.1"]]}}]}'
const listed = `work (active)
  target: %%REJECT%%
  sources: 10.0.0.0/8
  services: 
  ports: 
  masquerade: yes
  forward-ports: 
\tport=80:proto=tcp:toport=8080:toaddr=10.0.0.1
  source-ports: 
  rich rules: `
const full = {
  ...emptyZone,
  target: '%%REJECT%%',
  sources: ['10.0.0.0/8'],
  masquerade: true,
  forwards: [to('8080:toaddr=10.0.0.1')],
}

test('sources, masquerading, forwarded ports and the target are read from D-Bus and from lists', () => {
  const zones = '{"type":"as","data":[["work"]]}'
  const asked = parseZoneState(
    outputOf(`= bus\n= zone work\n= zones ${zones}\n= runtime\n${bus}\n= permanent\n${bus}\n`),
  )
  assert.equal([asked.runtime, asked.permanent], [full, full])
  assert.equal(
    parseZoneState(outputOf(`= offline\n= zone work\n= zones work\n= permanent\n${listed}\n`)).permanent,
    full,
  )
})

test('a zone that is in one configuration only is reported as such', () => {
  const zones = '{"type":"as","data":[["public"]]}'
  const answer = `= bus\n= zone was\n= zones ${zones}\n= runtime\nCall failed: INVALID_ZONE: was\n= permanent\n${bus}\n`
  assert.equal(parseZoneScopes(outputOf(answer)), { isRunning: true, permanent: full, runtime: undefined })
})

const refused: [title: string, make: () => unknown, says: RegExp][] = [
  ['a service with a blank', () => firewallService({ services: 'a b' }), /expected the name of a service/],
  [
    'a source that is a name',
    () => firewallSource({ sources: 'host.example' }),
    /expected an address, a network/,
  ],
  ['a forward to nowhere', () => firewallForwardPort({ port: 80 }), /expected toPort, toAddr or both/],
  ['a long name of a zone', () => firewallZone({ zone: 'a'.repeat(18) }), /at most 17/],
  [
    'a target of no zone',
    () => firewallZone({ zone: 'a', state: 'absent', target: 'DROP' }),
    /target: expected none/,
  ],
]

for (const [title, make, says] of refused) {
  test(`${title} is refused`, () => {
    assert.throws(make, (error: { message: string; details: string[] }) =>
      says.test([error.message, ...error.details].join('\n')),
    )
  })
}

test.run()
