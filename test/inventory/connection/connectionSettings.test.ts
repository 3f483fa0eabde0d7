// Connection settings come from a host's `ansible_*` variables, then from the flags.

import { homedir } from 'node:os'
import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  becomesByDefault,
  type ConnectionFlags,
  connectionSettings,
} from '../../../src/inventory/connection/connectionSettings.ts'
import type { InventoryHost } from '../../../src/model/host.ts'
import { Secret } from '../../../src/model/secrets/secret.ts'
import { shownLines } from '../../shownLines.ts'

type Vars = { readonly [name: string]: unknown }

const root = { method: 'sudo', user: 'root' }
const rows: readonly [string, Vars, ConnectionFlags, object][] = [
  ['nothing set', {}, {}, { kind: 'ssh', host: 'web-01', become: root }],
  [
    'an address, port and user',
    { ansible_host: '10.0.0.1', ansible_port: 2222, ansible_user: 'deploy' },
    {},
    { kind: 'ssh', host: '10.0.0.1', port: 2222, user: 'deploy', become: root },
  ],
  ['a port as text', { ansible_port: '22' }, {}, { kind: 'ssh', host: 'web-01', port: 22, become: root }],
  [
    'a user that is a number',
    { ansible_user: 1000 },
    {},
    { kind: 'ssh', host: 'web-01', user: '1000', become: root },
  ],
  [
    'flags alone',
    {},
    { user: 'ann', timeout: 3 },
    { kind: 'ssh', host: 'web-01', user: 'ann', timeout: 3, become: root },
  ],
  [
    'a flag and a variable: the variable wins',
    { ansible_user: 'deploy', ansible_become_user: 'app' },
    { user: 'ann', becomeUser: 'root' },
    { kind: 'ssh', host: 'web-01', user: 'deploy', become: { method: 'sudo', user: 'app' } },
  ],
  [
    'a method, by variable before flag',
    { ansible_become_method: 'community.general.doas' },
    { becomeMethod: 'su' },
    { kind: 'ssh', host: 'web-01', become: { method: 'doas', user: 'root', isMethodGiven: true } },
  ],
  [
    'a method by flag, and what all methods share',
    { ansible_become_exe: '/opt/su', ansible_become_flags: "-m -w 'A B'" },
    { becomeMethod: 'su' },
    {
      kind: 'ssh',
      host: 'web-01',
      become: { method: 'su', user: 'root', program: '/opt/su', flags: ['-m', '-w', 'A B'] },
    },
  ],
  [
    'what methods have of their own is kept for each',
    {
      ansible_become_user: 'app',
      ansible_su_user: 'root',
      ansible_doas_exe: '/opt/doas',
      ansible_su_flags: '-',
    },
    {},
    {
      kind: 'ssh',
      host: 'web-01',
      become: { method: 'sudo', user: 'app' },
      becomeOtherwise: [
        { method: 'su', user: 'root', flags: ['-'] },
        { method: 'doas', user: 'app', program: '/opt/doas' },
      ],
    },
  ],
  [
    'a local connection',
    { ansible_connection: 'local' },
    {},
    { kind: 'local', host: 'web-01', become: root },
  ],
  [
    'a local connection by flag',
    {},
    { connection: 'local' },
    { kind: 'local', host: 'web-01', become: root },
  ],
  ['smart', { ansible_connection: 'smart' }, {}, { kind: 'ssh', host: 'web-01', become: root }],
  ['paramiko', { ansible_connection: 'paramiko_ssh' }, {}, { kind: 'ssh', host: 'web-01', become: root }],
  [
    'arguments of ssh, in their order',
    {
      ansible_ssh_common_args: `-o "ProxyCommand=ssh -W %h:%p jump" -4`,
      ansible_ssh_args: '-C',
      ansible_ssh_extra_args: "-o 'A B'",
    },
    { sshArgs: ['-J', 'x'] },
    {
      kind: 'ssh',
      host: 'web-01',
      sshArgs: ['-C', '-J', 'x', '-o', 'ProxyCommand=ssh -W %h:%p jump', '-4', '-o', 'A B'],
      become: root,
    },
  ],
  [
    'a key in the home folder',
    { ansible_ssh_private_key_file: '~/.ssh/id_lab' },
    {},
    { kind: 'ssh', host: 'web-01', privateKeyFile: `${homedir()}/.ssh/id_lab`, become: root },
  ],
  [
    'no checking of keys',
    { ansible_host_key_checking: false },
    {},
    { kind: 'ssh', host: 'web-01', hostKeyChecking: false, become: root },
  ],
  [
    'no checking, as text',
    { ansible_ssh_host_key_checking: 'no' },
    {},
    { kind: 'ssh', host: 'web-01', hostKeyChecking: false, become: root },
  ],
  [
    'timeouts',
    { ansible_timeout: 5, ansible_ssh_timeout: '7' },
    {},
    { kind: 'ssh', host: 'web-01', timeout: 7, become: root },
  ],
  [
    'another sudo',
    { ansible_become_exe: '/opt/sudo' },
    {},
    { kind: 'ssh', host: 'web-01', become: { ...root, program: '/opt/sudo' } },
  ],
  [
    'an empty variable',
    { ansible_user: null },
    { user: 'ann' },
    { kind: 'ssh', host: 'web-01', user: 'ann', become: root },
  ],
]

for (const [title, vars, flags, expected] of rows) {
  test(`${title} gives these settings`, () =>
    assert.equal(defined(connectionSettings(host(vars), flags)), expected))
}

const passwords: readonly [string, Vars, ConnectionFlags, (string | undefined)[]][] = [
  ['ansible_password', { ansible_password: 'a' }, {}, ['a', undefined, undefined]],
  [
    'ansible_ssh_pass, the later name,',
    { ansible_password: 'a', ansible_ssh_pass: 'b' },
    {},
    ['b', undefined, undefined],
  ],
  ['a number', { ansible_ssh_pass: 1234 }, {}, ['1234', undefined, undefined]],
  ['a secret', { ansible_password: new Secret('s') }, {}, ['s', undefined, undefined]],
  ['become and sudo', { ansible_become_pass: 'b', ansible_sudo_pass: 'c' }, {}, [undefined, 'c', undefined]],
  [
    'su and its own',
    { ansible_become_method: 'su', ansible_su_pass: 's', ansible_sudo_pass: 'c' },
    {},
    [undefined, 's', undefined],
  ],
  ['a passphrase', { ansible_ssh_private_key_passphrase: 'p' }, {}, [undefined, undefined, 'p']],
  ['flags', {}, { password: new Secret('k'), becomePassword: new Secret('K') }, ['k', 'K', undefined]],
]

for (const [title, vars, flags, expected] of passwords) {
  test(`${title} gives passwords that are secrets`, () => {
    const { password, privateKeyPassphrase, become } = connectionSettings(host(vars), flags)
    const found = [password, become.password, privateKeyPassphrase]
    assert.equal(
      found.map((each) => each?.reveal()),
      expected,
    )
    assert.ok(found.every((each) => each === undefined || each instanceof Secret))
  })
}

const wrong: readonly [string, Vars, readonly string[]][] = [
  [
    'a port out of range',
    { ansible_port: 70000 },
    ['hosts.yml:1:1  web-01: ansible_port: expected a port (1-65535), got 70000  E_CONNECTION_VAR'],
  ],
  [
    'a port that is a word',
    { ansible_port: 'ssh' },
    ['hosts.yml:1:1  web-01: ansible_port: expected a port (1-65535), got "ssh"  E_CONNECTION_VAR'],
  ],
  [
    'an address that is a list',
    { ansible_host: ['a'] },
    ['hosts.yml:1:1  web-01: ansible_host: expected text, got a list  E_CONNECTION_VAR'],
  ],
  [
    'a quote left open',
    { ansible_ssh_args: '-o "x' },
    [
      'hosts.yml:1:1  web-01: ansible_ssh_args: expected shell words with every quote closed, got "-o \\"x"  E_CONNECTION_VAR',
    ],
  ],
  [
    'no boolean',
    { ansible_host_key_checking: 'maybe' },
    ['hosts.yml:1:1  web-01: ansible_host_key_checking: expected yes or no, got "maybe"  E_CONNECTION_VAR'],
  ],
  [
    'an address that a shell would run',
    { ansible_host: '$(id)' },
    [
      'hosts.yml:1:1  web-01: ansible_host: "$(id)" cannot be the name of a host: a shell would run a part of it, or take it for an option  E_CONNECTION_VAR',
    ],
  ],
  [
    'users that a shell would run, or su take for an option',
    { ansible_user: 'a;id', ansible_become_user: '-c' },
    [
      'hosts.yml:1:1  web-01: ansible_user: "a;id" cannot be the name of a user: a shell would run a part of it, or take it for an option  E_CONNECTION_VAR',
      'hosts.yml:1:1  web-01: ansible_become_user: "-c" cannot be the name of a user: a shell would run a part of it, or take it for an option  E_CONNECTION_VAR',
    ],
  ],
  [
    'an unknown connection',
    { ansible_connection: 'winrm' },
    [
      'hosts.yml:1:1  web-01: ansible_connection: unknown connection "winrm"  E_CONNECTION_KIND',
      '    Available: ssh, local, docker, podman, machinectl',
    ],
  ],
  [
    'an unknown way to become',
    { ansible_become_method: 'runas' },
    [
      'hosts.yml:1:1  web-01: ansible_become_method: unknown become method "runas"  E_BECOME_METHOD',
      '    Available: sudo, su, doas',
    ],
  ],
  [
    'two at once',
    { ansible_port: 0, ansible_timeout: -1 },
    [
      'hosts.yml:1:1  web-01: ansible_port: expected a port (1-65535), got 0  E_CONNECTION_VAR',
      'hosts.yml:1:1  web-01: ansible_timeout: expected a number of seconds, got -1  E_CONNECTION_VAR',
    ],
  ],
]

for (const [title, vars, lines] of wrong) {
  test(`${title} is refused with its location`, async () => {
    try {
      connectionSettings(host(vars))
    } catch (error) {
      return assert.equal(await shownLines(error), lines)
    }
    assert.unreachable('it was taken')
  })
}

test('ansible_become says whether tasks become another user', () => {
  assert.is(becomesByDefault(host({ ansible_become: 'yes' })), true)
  assert.is(becomesByDefault(host({ ansible_become: false })), false)
  assert.is(becomesByDefault(host({})), undefined)
})

function host(vars: Vars): InventoryHost {
  return { name: 'web-01', groups: [], vars, where: () => ({ file: 'hosts.yml', line: 1, column: 1 }) }
}

/** The settings without those that are undefined. */
function defined(settings: object): object {
  const plain = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(plain) : value?.constructor === Object ? defined(value) : value
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)]])),
  )
}

test.run()
