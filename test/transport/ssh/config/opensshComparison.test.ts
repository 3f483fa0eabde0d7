// Compares our reading of ssh_config with `ssh -G`.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { resolveSshTarget } from '../../../../src/transport/ssh/config/target.ts'
import { testFolder } from '../../../testFolder.ts'

const missing = existsSync('/usr/bin/ssh') ? undefined : 'no ssh'
const test = suite(missing ? `ssh_config: skipped, ${missing}` : 'ssh_config')
const it = missing ? test.skip : test

const folder = testFolder('truth')
mkdirSync(join(folder, 'more'))
writeFileSync(join(folder, 'more/10-first'), 'Port 1010\n')
writeFileSync(join(folder, 'more/20-second'), 'Port 2020\nHost was-*\n  User included\n')
writeFileSync(join(folder, 'more/.hidden'), 'User hidden\n')
writeFileSync(join(folder, 'nested'), `Include ${folder}/more/*\nConnectTimeout 7\n`)

/** As in the files. */
const home = `$${'{HOME}'}`

const configs: readonly [title: string, config: string, host?: string][] = [
  ['nothing', ''],
  [
    'comments, blank lines, tabs and equals signs',
    '# a\n\n\tPort\t=\t23\n  User=  app\nHostName = h.example # b\n',
  ],
  ['quotes', 'User "an app"\nIdentityFile "/k/with blank"\nUserKnownHostsFile "/a b" /c\n'],
  ['case of keywords and hosts', 'hOsT WAS-*\n  pOrT 24\n', 'Was-01'],
  ['patterns', 'Host w?s-0[1]\n  Port 1\nHost was-0?\n  Port 2\nHost *\n  Port 3\n'],
  ['a negation alone matches nothing', 'Host !web-01\n  Port 1\n'],
  ['a negation among others', 'Host * !was-01\n  Port 1\nHost was-01,web\n  Port 2\n'],
  ['several patterns', 'Host web was-01 db\n  Port 4\n'],
  ['the first value wins', 'Host was-01\n  Port 5\n  User one\nHost *\n  User two\n  Port 6\n'],
  ['what adds up', 'IdentityFile /a\nCertificateFile /x\nHost *\n  IdentityFile /b\n  CertificateFile /y\n'],
  ['the same key twice', 'IdentityFile /a\nIdentityFile /a\nHost *\n  IdentityFile /a\n'],
  ['no key', 'IdentityFile none\n'],
  ['tokens in a key', 'User app\nPort 26\nHostName %h.lan\nIdentityFile ~/.ssh/%r-%h-%p-%n\n'],
  [
    'HostName and Match host',
    'Host was-01\n  HostName 10.0.0.1\nMatch host 10.*\n  User m\nMatch host was-01\n  Port 7\n',
  ],
  [
    'Match originalhost and user',
    'User app\nMatch originalhost was-* user app\n  Port 8\nMatch user root\n  Port 9\n',
  ],
  ['Match with a negation', 'Match !host web-* user *\n  Port 11\n'],
  ['Match with commas', 'Match host db,was-01\n  Port 12\n'],
  ['Match exec', 'Match exec "test %n = was-01"\n  Port 13\nMatch exec "false"\n  User no\n'],
  ['Match all', 'Match all\n  Port 14\n'],
  ['Match final', 'Match final host *.lan\n  User late\nHost was-01\n  HostName was-01.lan\n'],
  ['Include', `Include ${folder}/more/*\n`],
  ['Include in a section that is for another', `Host web\n  Include ${folder}/nested\nHost *\n  Port 15\n`],
  ['Include in a section for this host', `Host was-01\n  Include ${folder}/nested\nHost *\n  Port 16\n`],
  ['what follows an Include', `Include ${folder}/nested\nUser after\n`],
  ['an Include of nothing', `Include ${folder}/nothing/*\nPort 17\n`],
  ['several Includes in a line', `Include ${folder}/more/20* ${folder}/more/10*\n`],
  ['jumps', 'ProxyJump a@one:2201,two,[::1]:2203\n'],
  ['a jump that is none first', 'ProxyJump none\nHost *\n  ProxyJump one\n'],
  ['a command', 'ProxyCommand nc -x "a b" %h %p\n'],
  ['a command that was set before a jump', 'ProxyCommand nc %h %p\nProxyJump one\n'],
  ['a jump that was set before a command', 'ProxyJump one\nProxyCommand nc %h %p\n'],
  ['no jump, set before a command', 'ProxyJump none\nProxyCommand nc %h %p\n'],
  ['no command, set before a jump', 'ProxyCommand none\nProxyJump one\n'],
  [
    'large letters in a host',
    'Host was-*\n  Port 1\nHost Was-*\n  Port 2\nMatch host was-*\n  User m\n',
    'Was-01',
  ],
  ['strictness', 'StrictHostKeyChecking accept-new\n'],
  ['strictness, off', 'StrictHostKeyChecking off\n'],
  ['aliases, families, addresses', 'HostKeyAlias other\nAddressFamily inet6\nBindAddress ::1\n'],
  ['times', 'ConnectTimeout 3\nServerAliveInterval 9\nServerAliveCountMax 2\n'],
  ['times with units', 'ConnectTimeout 1m30s\nServerAliveInterval 2m\n'],
  ['ways to log in', 'PreferredAuthentications password,publickey\nIdentitiesOnly yes\n'],
  ['a forwarded agent', 'ForwardAgent yes\nIdentityAgent /run/agent\n'],
  ['yes and true', 'IdentitiesOnly true\nPasswordAuthentication false\nStrictHostKeyChecking true\n'],
  ['known_hosts', 'UserKnownHostsFile none\nGlobalKnownHostsFile /g /h\n'],
  ['equals signs in a command', 'ProxyCommand ssh -o StrictHostKeyChecking=no -W %h:%p bastion\n'],
  ['an equals sign before a command', 'ProxyCommand = nc --a=b %h %p\n'],
  ['# in a command, and in words', 'ProxyCommand nc # %h\nUser a#b\nIdentityFile /k#1 # no\n'],
  ['single quotes and escapes', "User 'an # app'\nIdentityFile /k/with\\ blank\n"],
  ['variables in paths', `IdentityFile ${home}/k\nUserKnownHostsFile ${home}/known\n`],
  ['several words for Match', 'Match host=was-01 user=*\n  Port 19 # ten\n'],
  ['what is unknown, if it may be', 'IgnoreUnknown Foo*\nFooBar 1\nPort 18\n'],
]

for (const [title, config, host = 'was-01'] of configs) {
  it(`As ssh -G has it: ${title}`, () => compare(config, host))
}

/** Reproducible: the same configurations in every run. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * limit)
  }
}

it('As ssh -G has it: 300 generated configurations', () => {
  const random = createRandom(7)
  const one = (from: readonly string[]) => from[random(from.length)]!
  const separators = [' ', '=', ' = ', '\t', '  ', ' =', '= ']
  const texts = [
    'a',
    'a#b',
    '"a b"',
    "'a b'",
    'a\\ b',
    '"a\\"b"',
    "'a\"b'",
    'a=b',
    '"a=b"',
    '"#a"',
    'é',
    "a'b'c",
  ]
  const commands = [...texts, 'nc -o A=b "x y" %h', '=x', "sh -c 'a # b'", 'a\\b', 'none', 'None']
  const paths = ['/k', '"/k y"', '~/k', '/%h/%r', `${home}/k`, '/k#1', '/k # c']
  const patterns = ['*', 'was-*', '!was-01', 'web', 'w?s-01', '"was-01"', 'was-01,x', '#x', '* !web']
  const options: { readonly [keyword: string]: readonly string[] } = {
    User: texts.filter((text) => !text.includes('a\\"b') && !text.includes('a"b')), // no name of a user has quotes
    HostKeyAlias: ['a', 'a#b', 'a=b', "'a'"],
    ProxyCommand: commands,
    ProxyJump: ['none', 'one', 'a@one:22,two'],
    IdentityFile: paths,
    CertificateFile: paths,
    UserKnownHostsFile: ['/a /b', '"/a b" /c', `${home}/x`, '/a # /b', 'none'],
    Port: ['1', '"2"', '3 # x', "'4'", '5 6'],
    AddressFamily: ['any', 'inet', 'inet6', 'INET'],
    IdentitiesOnly: ['yes', 'no', 'Yes', 'true'],
    StrictHostKeyChecking: ['yes', 'no', 'ask', 'accept-new', 'off'],
    Prot: ['22'],
    ConnectTimeout: ['5', '1m', '1h30m', '"7"'],
    Host: patterns,
    Match: [
      'all',
      'host was-01',
      'host=web',
      '!host web user *',
      'originalhost "was-01" # x',
      'final',
      'user',
    ],
  }
  for (let count = 0; count < 300; count += 1) {
    const lines = Array.from({ length: 1 + random(6) }, () => {
      const keyword = one(Object.keys(options))
      return `${one(['', '  ', '\t'])}${one([keyword, keyword.toLowerCase()])}${one(separators)}${one(options[keyword]!)}${one(['', '', ' ', '\r'])}`
    })
    compare(`${lines.join('\n')}\n`, one(['was-01', 'was-01', 'web']))
  }
})

function compare(config: string, host: string): void {
  const file = join(folder, 'config')
  writeFileSync(file, config)
  const [own, real] = [outcome(() => ours(file, host)), outcome(() => theirs(file, host))]
  assert.equal(own, real, `for ${host}:\n${config}`)
}

/** Both may refuse the file. */
function outcome(read: () => Summary): Summary | 'refused' {
  try {
    return read()
  } catch {
    return 'refused'
  }
}

type Summary = { readonly [keyword: string]: string }

function theirs(file: string, host: string): Summary {
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const output = execFileSync('ssh', ['-G', '-F', file, host], { encoding: 'utf8', stdio: [...stdio] })
  const values = new Map<string, string[]>()
  for (const line of output.trim().split('\n')) {
    const [keyword = '', ...words] = line.split(' ')
    values.set(keyword, [...(values.get(keyword) ?? []), words.join(' ')])
  }
  const one = (keyword: string, otherwise = '') => values.get(keyword)?.[0] ?? otherwise
  const paths = (keyword: string) =>
    (values.get(keyword) ?? []).map((path) => expanded(path, one('hostname'), host, one('user'), one('port')))
  const keys = paths('identityfile')
  return {
    host: one('hostname'),
    port: one('port'),
    user: one('user'),
    keys: (isUsual(keys) ? [] : keys).join('|').replace(/^none$/, ''),
    certificates: paths('certificatefile').join('|'),
    only: one('identitiesonly'),
    strict:
      { true: 'yes', false: 'no', off: 'no' }[one('stricthostkeychecking')] ?? one('stricthostkeychecking'),
    userFiles: one('userknownhostsfile')
      .replace(/^none$/, '')
      .replaceAll('~', homedir()),
    globalFiles: one('globalknownhostsfile').replace(/^none$/, ''),
    alias: one('hostkeyalias'),
    jump: one('proxyjump').replace(/^none$/, ''),
    command: one('proxycommand')
      .replace(/^none$/, '')
      .replaceAll('%h', one('hostname'))
      .replaceAll('%p', one('port')),
    forwarded: one('forwardagent').replace(/^no$/, ''),
    family: one('addressfamily').replace('any', ''),
    bind: one('bindaddress'),
    timeout: one('connecttimeout').replace('none', '10'),
    alive: one('serveraliveinterval').replace(/^0$/, '5'),
    count: one('serveralivecountmax'),
    methods: one('preferredauthentications'),
    password: one('passwordauthentication'),
  }
}

/** `ssh -G` shows the usual keys, those that it would look for, among which are more than ours. */
const isUsual = (keys: readonly string[]) => keys.length > 3 && keys[0] === join(homedir(), '.ssh/id_rsa')

function expanded(path: string, host: string, name: string, user: string, port: string): string {
  const values: Summary = { h: host, n: name, r: user, p: port }
  return path
    .replace(/^~/, homedir())
    .replace(home, process.env.HOME!)
    .replace(/%([hnrp])/g, (_, letter: string) => values[letter]!)
}

function ours(file: string, host: string): Summary {
  const settings = {
    kind: 'ssh',
    host,
    sshArgs: ['-F', file],
    become: { method: 'sudo', user: 'root' },
  } as const
  const target = resolveSshTarget(settings, () => {})
  const keys = target.identityFiles
  const methods = target.methods.join(',')
  return {
    host: target.host.toLowerCase(),
    port: String(target.port),
    user: target.user,
    keys: (keys.length === 3 && keys[0]!.endsWith('id_ed25519') ? [] : keys).join('|'),
    certificates: target.certificateFiles.join('|'),
    only: target.identitiesOnly ? 'yes' : 'no',
    strict: target.strictHostKey,
    userFiles: target.userKnownHostsFiles.join(' '),
    globalFiles: target.globalKnownHostsFiles.join(' '),
    alias: target.hostKeyAlias ?? '',
    jump: target.jumpHosts.map(jumpText).join(','),
    command: target.proxyCommand ?? '',
    forwarded: target.forwardedAgent === undefined ? '' : 'yes',
    family: { 4: 'inet', 6: 'inet6', 0: '' }[target.family ?? 0],
    bind: target.bindAddress ?? '',
    timeout: String(target.timeoutMs / 1000),
    alive: String(target.keepaliveMs / 1000),
    count: String(target.keepaliveCount),
    methods: /^publickey,(password,)?keyboard-interactive$/.test(methods) ? '' : methods,
    password: target.methods.includes('password') ? 'yes' : 'no',
  }
}

function jumpText({ user, host, port }: { user?: string; host: string; port?: number }): string {
  const name = host.includes(':') ? `[${host}]` : host
  return `${user ? `${user}@` : ''}${name}${port ? `:${port}` : ''}`
}

test.run()
