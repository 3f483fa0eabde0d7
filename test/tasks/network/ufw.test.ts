// Tests the task ufw: reading its output, plans, and keeping our own connection open.

import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { ufw } from '../../../tasks/network/ufw.ts'
import { allowsConnection } from '../../../tasks/network/ufwAccess.ts'
import { parseUfwState, type UfwRules } from '../../../tasks/network/ufwState.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

type Params = Parameters<typeof ufw>[0]

/** As ufw 0.36 of Debian 12 answers. */
const settings = `status inactive
enabled no
logging low
policy INPUT DROP
policy OUTPUT ACCEPT
policy FORWARD DROP
rule allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in
rule deny any 23 0.0.0.0/0 any 0.0.0.0/0 in
rule allow tcp 22 ::/0 any ::/0 in
rule deny any 23 ::/0 any ::/0 in
`
const state = (more = '', base = settings) =>
  parseUfwState({ stdout: Buffer.from(base + more), stderr: Buffer.from(''), code: 0 })
const active = settings.replace('inactive', 'active').replace('enabled no', 'enabled yes')

const rows: [
  title: string,
  params: Params,
  found: ReturnType<typeof state>,
  changes: string[],
  steps: string[],
][] = [
  [
    'a rule that is there needs nothing',
    { rule: 'allow', port: 22, proto: 'tcp' },
    state('skipped v4\nskipped v6\n'),
    [],
    [],
  ],
  [
    'a new rule, for IPv4 alone',
    { rule: 'allow', port: '80,443', proto: 'tcp', from: '10.0.0.0/8', insert: 1, comment: 'web' },
    state(
      'tried allow tcp 80,443 0.0.0.0/0 any 10.0.0.0/8 in comment=776562\ntried allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\ntried deny any 23 0.0.0.0/0 any 0.0.0.0/0 in\ntook v4\n',
    ),
    [
      'rule allow in from 10.0.0.0/8 to any port 80,443 proto tcp: absent → allow tcp 80,443 0.0.0.0/0 any 10.0.0.0/8 in comment web',
    ],
    ['LC_ALL=C ufw insert 1 allow in from 10.0.0.0/8 to any port 80,443 proto tcp comment web'],
  ],
  [
    'a rule is removed, the last one of its family too',
    { rule: 'deny', port: 23, delete: true },
    state('took v6\ntook v4\ntried allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n'),
    [
      'rule deny in from any to any port 23: deny any 23 0.0.0.0/0 any 0.0.0.0/0 in; allow tcp 22 ::/0 any ::/0 in; deny any 23 ::/0 any ::/0 in → absent',
    ],
    ['LC_ALL=C ufw delete deny in from any to any port 23'],
  ],
  [
    'a rule that is not there is removed already',
    { rule: 'allow', route: true, interfaceIn: 'eth0', interfaceOut: 'eth1', delete: true },
    state(
      `${settings
        .match(/^rule .*$/gm)!
        .join('\n')
        .replace(/^rule/gm, 'tried')}\ntook v4\ntook v6\n`,
    ),
    [],
    [],
  ],
  [
    'policies, logging and the state, in this order',
    { default: { incoming: 'deny', routed: 'allow' }, logging: 'high', state: 'enabled' },
    state(),
    ['default routed: deny → allow', 'logging: low → high', 'ufw: disabled → enabled'],
    ['LC_ALL=C ufw default allow routed', 'LC_ALL=C ufw logging high', 'LC_ALL=C ufw --force enable'],
  ],
  [
    'what is so needs nothing',
    { state: 'enabled', logging: 'on', default: { outgoing: 'allow' } },
    state('', active),
    [],
    [],
  ],
]

for (const [title, params, found, changes, steps] of rows) {
  test(`ufw: ${title}`, () => {
    const result = planned(ufw, params, { found })
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

const ssh = { from: '10.0.0.5', to: '10.0.0.1', port: 22 }
const v4 = (...rules: string[]): UfwRules => ({ v4: rules, v6: [] })

const accesses: [title: string, rules: UfwRules, policy: string, isOpen: boolean][] = [
  ['no rule, and a policy that denies', v4(), 'deny', false],
  ['no rule, and a policy that allows', v4(), 'allow', true],
  ['a rule for the port', v4('limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in'), 'deny', true],
  ['a rule for a range and a list', v4('allow tcp 20:25,80 0.0.0.0/0 any 0.0.0.0/0 in'), 'deny', true],
  ['a rule for udp', v4('allow udp 22 0.0.0.0/0 any 0.0.0.0/0 in'), 'deny', false],
  ['a rule for our network', v4('allow any any 0.0.0.0/0 any 10.0.0.0/24 in_eth0'), 'deny', true],
  ['a rule for another network', v4('allow any any 0.0.0.0/0 any 10.0.1.0/24 in'), 'deny', false],
  ['a rule for another address of the host', v4('allow any any 10.0.0.2 any 0.0.0.0/0 in'), 'deny', false],
  [
    'what goes out and what is forwarded',
    v4('allow any any any any any out', 'route:allow any any any any any in'),
    'deny',
    false,
  ],
  [
    'the first rule that matches',
    v4('deny any any 0.0.0.0/0 any 10.0.0.5 in', 'allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in'),
    'allow',
    false,
  ],
  ['a rule for the other family', { v4: [], v6: ['allow tcp 22 ::/0 any ::/0 in'] }, 'deny', false],
]

for (const [title, rules, incoming, isOpen] of accesses) {
  test(`access: ${title}`, () => {
    assert.is(allowsConnection(ssh, rules, incoming), isOpen)
  })
}

test('access by IPv6, and by IPv4 within IPv6', () => {
  const rules = {
    v4: ['allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in'],
    v6: ['allow tcp 22 ::/0 any 2001:db8::/32 in'],
  }
  assert.ok(allowsConnection({ from: '2001:db8::5', to: '2001:db8::1', port: 22 }, rules, 'deny'))
  assert.not.ok(allowsConnection({ from: '2001:db9::5', to: '2001:db8::1', port: 22 }, rules, 'deny'))
  assert.ok(allowsConnection({ from: '::ffff:10.0.0.5', to: '::ffff:10.0.0.1', port: 22 }, rules, 'deny'))
})

test('what would cut off our own connection is refused, unless force says so', () => {
  const found = state('ssh 10.0.0.5 5555 10.0.0.1 2222\n')
  const code = (params: Params, of = found) => {
    try {
      planned(ufw, params, { found: of })
    } catch (thrown) {
      return (thrown as { code: string }).code
    }
    return ''
  }
  assert.is(code({ state: 'enabled' }), 'E_UFW_CUT_OFF')
  assert.is(code({ state: 'enabled', force: true }), '')
  assert.is(code({ state: 'enabled', default: { incoming: 'allow' } }), '')
  assert.is(code({ logging: 'off' }), '')
  assert.is(code({ logging: 'off' }, state('ssh 10.0.0.5 5555 10.0.0.1 2222\n', active)), 'E_UFW_CUT_OFF')
  assert.is(code({ state: 'enabled' }, state('ssh 10.0.0.5 5555 10.0.0.1 22\n')), '')
})

test('what ufw does not take is an error, and so is a host without it', async () => {
  const refused = state('refused Bad source address\n')
  assert.throws(
    () => planned(ufw, { rule: 'allow', from: '10.0.0.0/99' }, { found: refused }),
    /ufw: Bad source address/,
  )
  const missing = await failure(() => looked(ufw, { state: 'enabled' }, { path: '/nonexistent' }))
  assert.is(missing.code, 'E_UFW')
})

const bad: [params: object, text: RegExp][] = [
  [{}, /one of rule, default, logging and state/],
  [{ port: 22, state: 'enabled' }, /expected a rule/],
  [{ rule: 'allow', app: 'OpenSSH', port: 22 }, /app, or port and proto/],
  [{ rule: 'allow', port: '80,443' }, /proto tcp or udp with several ports/],
  [{ rule: 'allow', route: true, interface: 'eth0' }, /interfaceIn or interfaceOut/],
  [{ rule: 'allow', interfaceIn: 'eth0' }, /route: true/],
  [{ rule: 'allow', delete: true, insert: 1 }, /insert or delete/],
  [{ rule: 'allow', from: '--force' }, /an address/],
  [{ rule: 'allow', port: 0 }, /port: expected/],
  [{ rule: 'allow', from_ip: '10.0.0.1' }, /It is called from here/],
]

for (const [params, text] of bad) {
  test(`ufw refuses ${JSON.stringify(params)}`, () => {
    assert.throws(() => ufw(params as Params), text)
  })
}

/** As root with namespaces, and ufw on this machine: its files are those of a folder, its network one without hosts. */
const canRun =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', '-n', 'sh', '-c', 'ufw version && mount -t tmpfs none /mnt']).status === 0

for (const shell of canRun ? shells : []) {
  test(`ufw takes rules, and needs nothing the second time (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      for (const name of ['ufw', 'default']) cpSync(`/etc/${name}`, `${folder}/${name}`, { recursive: true })
      const before = `mount --bind '${folder}/ufw' /etc/ufw && mount --bind '${folder}/default' /etc/default || exit 99`
      const options = { shell: ['unshare', '-m', '-n', ...shell], before }
      const steps: Params[] = [
        { rule: 'limit', port: 22, proto: 'tcp', comment: 'for us' },
        { rule: 'allow', from: '10.0.0.0/8', port: '80,443', proto: 'tcp' },
        { rule: 'deny', from: '10.9.0.0/16', port: '6000:6007', proto: 'udp', insert: 1 },
        { rule: 'allow', route: true, interfaceIn: 'eth0', interfaceOut: 'eth1', from: '10.1.1.1' },
        { rule: 'reject', port: 25, direction: 'out', interface: 'eth0' },
        { rule: 'reject', port: 25, direction: 'out', interface: 'eth0', delete: true },
        { default: { incoming: 'reject', routed: 'allow' }, logging: 'medium' },
      ]
      for (const params of steps) {
        const { changes, again } = await applied(ufw, params, options)
        assert.ok(changes.length > 0, JSON.stringify(params))
        assert.equal(again, [])
      }
      const kept = readFileSync(`${folder}/ufw/user.rules`, 'utf8').match(/^### tuple ### .*$/gm)
      assert.equal(kept, [
        '### tuple ### deny udp 6000:6007 0.0.0.0/0 any 10.9.0.0/16 in',
        '### tuple ### limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=666f72207573',
        '### tuple ### allow tcp 80,443 0.0.0.0/0 any 10.0.0.0/8 in',
        '### tuple ### route:allow any any 0.0.0.0/0 any 10.1.1.1 in_eth0!out_eth1',
      ])
    }))
}

test.run()
