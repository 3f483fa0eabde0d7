// Tests firewallRichRule: rules normalized as firewalld 1.3 prints them, and plans.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { firewallRichRule } from '../../../tasks/network/firewallRichRule.ts'
import { normalizeRule } from '../../../tasks/network/richRule.ts'
import type { ZoneState } from '../../../tasks/network/zoneReading.ts'
import { publicZone } from './zones.ts'

const normalForms: readonly (readonly [string, string])[] = [
  ['rule accept source address=10.0.0.1 family=ipv4', 'rule family="ipv4" source address="10.0.0.1" accept'],
  [
    `rule family="ipv4" source NOT address="10.0.0.0/24" port protocol=tcp port=8009 log limit value=3/minute prefix='a b' level=info accept`,
    'rule family="ipv4" source NOT address="10.0.0.0/24" port port="8009" protocol="tcp" log prefix="a b" level="info" limit value="3/m" accept',
  ],
  [
    'rule service name=ssh audit limit value="1/m" accept limit value=2/second',
    'rule service name="ssh" audit limit value="1/m" accept limit value="2/s"',
  ],
  [
    'rule priority=-5 family=ipv6 source address=fe80::/64 icmp-type name=echo-request reject type=icmp6-port-unreachable',
    'rule priority="-5" family="ipv6" source address="fe80::/64" icmp-type name="echo-request" reject type="icmp6-port-unreachable"',
  ],
  ['rule priority="0" protocol value=esp drop', 'rule protocol value="esp" drop'],
  [
    'rule family=ipv4 forward-port to-addr=10.0.0.9 to-port=80 protocol=tcp port=8080',
    'rule family="ipv4" forward-port port="8080" protocol="tcp" to-port="80" to-addr="10.0.0.9"',
  ],
  [
    'rule family=ipv4 source ipset=foo invert=true masquerade',
    'rule family="ipv4" source NOT ipset="foo" masquerade',
  ],
  ['rule  tcp-mss-clamp   value=pmtu ', 'rule tcp-mss-clamp value="pmtu"'],
  [
    'rule family=ipv4 destination address=224.0.0.4 protocol value=udp nflog group=2 queue-size=5 prefix="x" accept',
    'rule family="ipv4" destination address="224.0.0.4" protocol value="udp" nflog group="2" prefix="x" queue-size="5" accept',
  ],
]

for (const [written, printed] of normalForms) {
  test(`the normal form of ${written} is what firewalld prints, and its own`, () => {
    assert.is(normalizeRule(written), printed)
    assert.is(normalizeRule(printed), printed)
  })
}

const notRules: readonly (readonly [string, string])[] = [
  ['rule family=ipv4 source address="10.0.0.1', 'A quote is not closed'],
  ['rle accept', 'does not begin with the word "rule"'],
  ['', 'does not begin with the word "rule"'],
  ['rule foo accept', '"foo" is not a word'],
  ['rule port name=http accept', '"name" is not an attribute of "port"'],
  ['rule service name=ssh accept drop', '"accept" and "drop" cannot be combined'],
  ['rule limit value=1/s', '"limit" belongs to'],
  ['rule', 'matches nothing'],
  ['rule service name= accept', '"name" has no value'],
]

for (const [rule, why] of notRules) {
  test(`"${rule}" is refused: ${why}`, () => {
    assert.throws(
      () => firewallRichRule({ rules: rule }),
      (error: { code: string; message: string }) => error.code === 'E_PARAMS' && error.message.includes(why),
    )
  })
}

const zoneOf = (runtime: readonly string[] | undefined, permanent: readonly string[]) =>
  publicZone(runtime && { rules: runtime }, { rules: permanent })

const ajp = 'rule family="ipv4" source address="10.98.0.21" port port="8009" protocol="tcp" accept'

type Row = {
  readonly title: string
  readonly params: Parameters<typeof firewallRichRule>[0]
  readonly zone: ZoneState
  readonly changes: readonly string[]
  readonly steps: readonly string[]
}

const rows: readonly Row[] = [
  {
    title: 'adds a rule in both configurations',
    params: { rules: ajp },
    zone: zoneOf([], []),
    changes: [`${ajp}: absent → present (permanent, runtime)`],
    steps: [
      `firewall-cmd --permanent '--zone=public' '--add-rich-rule=${ajp}'`,
      `firewall-cmd '--zone=public' '--add-rich-rule=${ajp}'`,
    ],
  },
  {
    title: 'is quiet where the rule is in another order and other quotes',
    params: { rules: 'rule accept family=ipv4 port protocol=tcp port=8009 source address=10.98.0.21' },
    zone: zoneOf([ajp], [ajp]),
    changes: [],
    steps: [],
  },
  {
    title: 'makes a rule for each source and port',
    params: { sources: ['10.98.0.21', 'fe80::1'], ports: '8009/tcp', runtime: false },
    zone: zoneOf([], [ajp]),
    changes: [
      'rule family="ipv6" source address="fe80::1" port port="8009" protocol="tcp" accept: absent → present (permanent)',
    ],
    steps: [
      `firewall-cmd --permanent '--zone=public' '--add-rich-rule=rule family="ipv6" source address="fe80::1" port port="8009" protocol="tcp" accept'`,
    ],
  },
  {
    title: 'makes rules of sources alone, with another action',
    params: { sources: '10.0.0.0/8', action: 'drop', permanent: false },
    zone: zoneOf([], []),
    changes: ['rule family="ipv4" source address="10.0.0.0/8" drop: absent → present (runtime)'],
    steps: [
      `firewall-cmd '--zone=public' '--add-rich-rule=rule family="ipv4" source address="10.0.0.0/8" drop'`,
    ],
  },
  {
    title: 'removes a rule in the words in which it is listed',
    params: { rules: ajp, state: 'absent' },
    zone: zoneOf(
      ['rule family="ipv4" source address="10.98.0.21" port protocol="tcp" port="8009" accept'],
      [],
    ),
    changes: [`${ajp}: present → absent (runtime)`],
    steps: [
      `firewall-cmd '--zone=public' '--remove-rich-rule=rule family="ipv4" source address="10.98.0.21" port protocol="tcp" port="8009" accept'`,
    ],
  },
  {
    title: 'is quiet about a rule that is away already',
    params: { rules: ajp, state: 'absent' },
    zone: zoneOf([], []),
    changes: [],
    steps: [],
  },
  {
    title: 'leaves rules alone whose words it does not know',
    params: { rules: ajp, runtime: false },
    zone: zoneOf([], ['rule future word="x"', ajp]),
    changes: [],
    steps: [],
  },
]

for (const { title, params, zone, changes, steps } of rows) {
  test(`firewallRichRule ${title}`, () => {
    const result = planned(firewallRichRule, params, { zone })
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

const wrongParams = [{}, { rules: ajp, ports: '80/tcp' }, { rules: ajp, permanent: false, runtime: false }]
for (const params of wrongParams) {
  test(`firewallRichRule refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => firewallRichRule(params),
      (error: { code: string }) => error.code === 'E_PARAMS',
    )
  })
}

test.run()
