// Resolving ssh targets from settings, ssh arguments and ssh_config.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../../src/model/errors/error.ts'
import type { ConnectionSettings } from '../../../../src/model/host.ts'
import { resolveSshTarget, type SshTarget } from '../../../../src/transport/ssh/config/target.ts'
import { testFolder } from '../../../testFolder.ts'

const folder = testFolder('config')

const base: ConnectionSettings = { kind: 'ssh', host: 'was-01', become: { method: 'sudo', user: 'root' } }

type Given = { config?: string; settings?: Partial<ConnectionSettings>; args?: string[] }

function target({ config = '', settings = {}, args = [] }: Given, logged: string[] = []): SshTarget {
  const file = join(folder, 'config')
  writeFileSync(file, config)
  const all = { ...base, ...settings, sshArgs: ['-F', file, ...args] }
  return resolveSshTarget(all, (message) => logged.push(message))
}

const home = homedir()
const cases: readonly [title: string, given: Given, expected: Partial<SshTarget>][] = [
  [
    'Nothing set: port 22, the user who runs us, the host key checked',
    {},
    {
      host: 'was-01',
      port: 22,
      user: userInfo().username,
      strictHostKey: 'ask',
      timeoutMs: 10_000,
      keepaliveMs: 5000,
      keepaliveCount: 3,
    },
  ],
  [
    'Host sections give what is open',
    { config: 'Host was-*\n  HostName 10.0.0.1\n  Port 2222\n  User app\n' },
    { host: '10.0.0.1', port: 2222, user: 'app', endpoint: 'app@was-01:2222' },
  ],
  ['Sections for other hosts do not', { config: 'Host web-*\n  Port 2222\n' }, { port: 22 }],
  ['A negated pattern takes a section out', { config: 'Host was-* !was-01\n  Port 2222\n' }, { port: 22 }],
  ['The first value wins', { config: 'Host *\n  Port 1\nHost was-01\n  Port 2\n' }, { port: 1 }],
  [
    'Settings beat ssh_config',
    { config: 'User a\nPort 1\n', settings: { user: 'b', port: 2 } },
    { user: 'b', port: 2 },
  ],
  [
    'Arguments beat settings',
    { settings: { user: 'b', port: 2 }, args: ['-l', 'c', '-p3'] },
    { user: 'c', port: 3 },
  ],
  ['-o is an option as in the file', { args: ['-o', 'Port=5', '-oUser = d'] }, { port: 5, user: 'd' }],
  [
    'Keywords know no case, = parts too',
    { config: 'hostNAME=10.0.0.2\npOrT = 77\n' },
    { host: '10.0.0.2', port: 77 },
  ],
  ['HostName takes %h', { config: 'HostName %h.lan\n' }, { host: 'was-01.lan' }],
  [
    'IdentityFile adds up, with ~ and tokens',
    { config: 'User app\nIdentityFile ~/a\nHost was-01\n  IdentityFile "/k/%r at %n"\n' },
    { identityFiles: [`${home}/a`, '/k/app at was-01'], preferredIdentityFiles: [] },
  ],
  [
    "The settings' key goes first, and the usual ones are not offered",
    { settings: { privateKeyFile: '~/k' } },
    { preferredIdentityFiles: [`${home}/k`], identityFiles: [] },
  ],
  [
    '-i goes before the settings, the file after',
    { config: 'IdentityFile /c\n', settings: { privateKeyFile: '/b' }, args: ['-i', '/a'] },
    { preferredIdentityFiles: ['/a', '/b'], identityFiles: ['/c'] },
  ],
  [
    'The usual keys are offered when nobody names one',
    {},
    { identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name)) },
  ],
  [
    'UserKnownHostsFile takes several',
    { config: 'UserKnownHostsFile ~/a "/b c"\n' },
    { userKnownHostsFiles: [`${home}/a`, '/b c'] },
  ],
  [
    'UserKnownHostsFile in an argument',
    { args: ['-o', 'UserKnownHostsFile=/dev/null'] },
    { userKnownHostsFiles: ['/dev/null'] },
  ],
  ['StrictHostKeyChecking ask', { config: 'StrictHostKeyChecking ask\n' }, { strictHostKey: 'ask' }],
  ['StrictHostKeyChecking yes', { config: 'StrictHostKeyChecking yes\n' }, { strictHostKey: 'yes' }],
  [
    'StrictHostKeyChecking accept-new',
    { config: 'StrictHostKeyChecking accept-new\n' },
    { strictHostKey: 'accept-new' },
  ],
  [
    'hostKeyChecking false is no',
    { config: 'StrictHostKeyChecking yes\n', settings: { hostKeyChecking: false } },
    { strictHostKey: 'no' },
  ],
  [
    'An argument beats hostKeyChecking',
    { settings: { hostKeyChecking: true }, args: ['-o', 'StrictHostKeyChecking=no'] },
    { strictHostKey: 'no' },
  ],
  [
    'ProxyJump takes several',
    { config: 'ProxyJump a@one:2201,ssh://two:2202,[::1]:2203\n' },
    {
      jumpHosts: [
        { user: 'a', host: 'one', port: 2201 },
        { user: undefined, host: 'two', port: 2202 },
        { user: undefined, host: '::1', port: 2203 },
      ],
    },
  ],
  [
    '-J beats the file',
    { config: 'ProxyJump one\n', args: ['-J', 'two'] },
    { jumpHosts: [{ host: 'two', user: undefined, port: undefined }] },
  ],
  ['ProxyJump none is none', { config: 'ProxyJump none\n' }, { jumpHosts: [] }],
  [
    'ProxyCommand keeps its quotes and takes tokens',
    { config: 'ProxyCommand nc -x "a b" %h %p %r %n 100%%\nUser u\nHostName h\n' },
    { proxyCommand: 'nc -x "a b" h 22 u was-01 100%' },
  ],
  ['Match host sees HostName', { config: 'HostName 10.0.0.9\nMatch host 10.0.0.*\n  Port 9\n' }, { port: 9 }],
  [
    'Match originalhost sees the name',
    { config: 'HostName 10.0.0.9\nMatch originalhost was-*\n  Port 9\n' },
    { port: 9 },
  ],
  [
    'Match user sees the user',
    { config: 'Match user app\n  Port 9\n', settings: { user: 'app' } },
    { port: 9 },
  ],
  [
    'Match wants all criteria',
    { config: 'Match originalhost was-* user other\n  Port 9\n', settings: { user: 'app' } },
    { port: 22 },
  ],
  [
    'Match takes negated criteria',
    { config: 'Match !user other\n  Port 9\n', settings: { user: 'app' } },
    { port: 9 },
  ],
  ['Match exec asks a command', { config: 'Match exec "test %n = was-01"\n  Port 9\n' }, { port: 9 }],
  ['Match exec that fails', { config: 'Match exec "false"\n  Port 9\n' }, { port: 22 }],
  [
    'Match final comes last',
    { config: 'Match final\n  Port 9\n  User late\nHost *\n  User early\n' },
    { port: 9, user: 'early' },
  ],
  ['Match all', { config: 'Match all\n  Port 9\n' }, { port: 9 }],
  [
    'PreferredAuthentications orders and leaves out',
    { config: 'PreferredAuthentications password,publickey\n' },
    { methods: ['password', 'publickey'] },
  ],
  [
    'PasswordAuthentication no',
    { config: 'PasswordAuthentication no\n' },
    { methods: ['publickey', 'keyboard-interactive'] },
  ],
  ['IdentityAgent none', { config: 'IdentityAgent none\n' }, { agent: undefined }],
  [
    'IdentityAgent by path',
    { config: 'IdentityAgent ~/agent\nIdentitiesOnly yes\n' },
    { agent: `${home}/agent`, identitiesOnly: true },
  ],
  [
    'Keepalive and timeout',
    { config: 'ServerAliveInterval 7\nServerAliveCountMax 2\nConnectTimeout 3\n' },
    { keepaliveMs: 7000, keepaliveCount: 2, timeoutMs: 3000 },
  ],
  [
    "The settings' timeout beats ConnectTimeout",
    { config: 'ConnectTimeout 3\n', settings: { timeout: 4 } },
    { timeoutMs: 4000 },
  ],
  ['-4 and -b', { args: ['-4', '-b', '127.0.0.2'] }, { family: 4, bindAddress: '127.0.0.2' }],
]

for (const [title, given, expected] of cases) {
  test(title, () => {
    const found = target(given)
    for (const [name, value] of Object.entries(expected))
      assert.equal(found[name as keyof SshTarget], value, name)
  })
}

test('Include takes in other files, with patterns, and only inside its section', () => {
  mkdirSync(join(folder, 'd'), { recursive: true })
  writeFileSync(join(folder, 'd', '1.conf'), 'Host was-*\n  Port 11\n')
  writeFileSync(join(folder, 'd', '2.conf'), 'User two\n')
  writeFileSync(join(folder, 'other.conf'), 'User other\n')
  const config = `Include ${folder}/d/*.conf\nHost web\n  Include ${folder}/other.conf\n`
  assert.equal([target({ config }).port, target({ config }).user], [11, 'two'])
  assert.is(target({ config: `Host was-01\n  Include ${folder}/other.conf\n` }).user, 'other')
  assert.is(target({ config: `Include ${folder}/nothing-*.conf\n` }).port, 22)
})

test('A file that includes itself is reported', () => {
  const error = faultOf({ config: `Include ${folder}/config\n` })
  assert.is(error.code, 'E_SSH_CONFIG')
})

const errors: readonly [title: string, given: Given, code: string, expected: RegExp][] = [
  ['A port forwarding is not supported', { args: ['-L', '80:a:80'] }, 'E_SSH_ARGS', /-L is not supported/],
  ['A flag without its value', { args: ['-o'] }, 'E_SSH_ARGS', /-o has no value/],
  ['-o without a value', { args: ['-o', 'Port'] }, 'E_SSH_ARGS', /-o Port is not Key=Value/],
  ['A port that is none', { config: 'Port ssh\n' }, 'E_SSH_CONFIG', /Port is "ssh"/],
  ['A jump host that is none', { args: ['-J', 'a:b:c'] }, 'E_SSH_CONFIG', /"a:b:c" is not a jump host/],
  ['A quote that is not closed', { config: 'Host "was\n' }, 'E_SSH_CONFIG', /quote is not closed: "was/],
  ['A misspelt option', { config: 'Host web\n  Prot 22\n' }, 'E_SSH_CONFIG', /no option "prot"/],
  ['A family that is none', { config: 'AddressFamily inet7\n' }, 'E_SSH_CONFIG', /AddressFamily is "inet7"/],
  ['A strictness that is none', { config: 'StrictHostKeyChecking maybe\n' }, 'E_SSH_CONFIG', /"maybe"/],
  ['Two values for one', { config: 'Port 22 23\n' }, 'E_SSH_CONFIG', /port takes one value, not 2/],
  ['No value', { config: 'Port\n' }, 'E_SSH_CONFIG', /port has no value/],
  [
    'A variable that is not set',
    { config: `IdentityFile ${folder}/\${RP_UNSET}\n` },
    'E_SSH_CONFIG',
    /the environment variable RP_UNSET is not set/,
  ],
  [
    'Ciphers that nobody has',
    { config: 'Ciphers arcfour\n' },
    'E_SSH_CONFIG',
    /Ciphers arcfour allows nothing/,
  ],
  [
    'A host that a shell would run',
    { settings: { host: '$(touch$IFS/x)' } },
    'E_HOST_NAME',
    /name of a host/,
  ],
  ['A host that is an option', { settings: { host: '-oProxyCommand=x' } }, 'E_HOST_NAME', /name of a host/],
  ['A user that a shell would run', { args: ['-l', 'a`id`'] }, 'E_USER_NAME', /name of a user/],
  ['A HostName that a shell would run', { args: ['-oHostName=a;id'] }, 'E_HOST_NAME', /"a;id"/],
  ['A jump host that a shell would run', { args: ['-J', 'a@b|id'] }, 'E_HOST_NAME', /"b\|id"/],
  ['A user of a jump host', { args: ['-J', 'a;id@b'] }, 'E_USER_NAME', /"a;id"/],
  ['An alias that a shell would run', { args: ['-oHostKeyAlias=$(id)'] }, 'E_HOST_NAME', /"\$\(id\)"/],
]

test('Errors name file and line', () => {
  const file = join(folder, 'config')
  const expected = { file, line: 2 }
  assert.equal(faultOf({ config: '# 1\nPrt 22\n' }).where, expected)
  assert.equal(faultOf({ config: '# 1\nHostName a;b\n' }).where, expected)
  assert.is(faultOf({ config: 'Prt 22\n' }).hint, 'Did you mean port?')
})

test('A name from the inventory is never run, whatever ssh_config does with it', () => {
  const mark = join(folder, 'run-by-a-name')
  const config = 'Match exec "true %n %h"\n  Port 1\nProxyCommand nc %h %p %r %n\n'
  for (const [host, user] of [
    [`$(touch\${IFS}${mark})`, 'root'],
    ['web', `\`touch ${mark}\``],
    ['web;touch', 'root'],
    ['web\nx', 'root'],
  ] as const) {
    assert.match(faultOf({ config, settings: { host, user } }).code, /^E_(HOST|USER)_NAME$/)
  }
  assert.not.ok(existsSync(mark))
})

const lists: readonly [
  title: string,
  config: string,
  use: keyof SshTarget['algorithms'],
  expected: RegExp,
][] = [
  ['SHA-1 host keys are off', '', 'hostKey', /^(?!.*ssh-rsa)/],
  ['+ adds', 'HostKeyAlgorithms +ssh-rsa\n', 'hostKey', /^ssh-ed25519,.*,ssh-rsa$/],
  [
    '- removes by patterns',
    'HostKeyAlgorithms -ecdsa-*,ssh-ed25519*\n',
    'hostKey',
    /^rsa-sha2-512,rsa-sha2-256,/,
  ],
  [
    '^ goes first',
    'Ciphers ^aes256-ctr\n',
    'cipher',
    /^aes256-ctr,aes128-gcm.*192-ctr,chacha20-poly1305@openssh.com$/,
  ],
  ['A list replaces', 'MACs hmac-sha2-512,umac-64@openssh.com\n', 'mac', /^hmac-sha2-512$/],
  ['CBC is off', '', 'cipher', /^(?!.*cbc)/],
]
for (const [title, config, use, expected] of lists) {
  test(`Algorithms: ${title}`, () => assert.match(target({ config }).algorithms[use].join(','), expected))
}

test('-c and -m restrict, too', () => {
  const { algorithms } = target({ args: ['-c', 'aes256-ctr', '-mhmac-sha2-256'] })
  assert.equal([algorithms.cipher, algorithms.mac], [['aes256-ctr'], ['hmac-sha2-256']])
})

for (const [title, given, code, expected] of errors) {
  test(`${title}: ${code}`, () => {
    const error = faultOf(given)
    assert.is(error.code, code)
    assert.match(error.message, expected)
  })
}

function faultOf(given: Given): PlaybookError {
  try {
    target(given)
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
  throw new Error('It was accepted.')
}

test('What is ignored is logged', () => {
  const logged: string[] = []
  target({ config: 'ControlMaster auto\n', args: ['-C', '-o', 'ForwardX11=no'] }, logged)
  assert.is(logged.filter((line) => /-C|controlmaster|forwardx11/.test(line)).length, 3, logged.join('\n'))
})

test.run()
