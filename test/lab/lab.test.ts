// Pure parts of the lab: apt sources, versions, subnets, RPM spec, mirror paths.

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { parse } from 'yaml'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { parseLines, parseStanzas, sourceLines } from '../../lab/artifacts/aptSources.ts'
import { debCatalog } from '../../lab/artifacts/debCatalog.ts'
import { controlText } from '../../lab/artifacts/debRepository.ts'
import { hideScript, rpmCatalog } from '../../lab/artifacts/rpmCatalog.ts'
import { parseHidden, specText } from '../../lab/artifacts/rpmRepository.ts'
import { orderVersions, upstream } from '../../lab/artifacts/sources.ts'
import { corruptingStream } from '../../lab/instance/corruptingStream.ts'
import { labInventoryText } from '../../lab/instance/inventory.ts'
import { resolveTarget } from '../../lab/instance/mirrorServer.ts'
import { ownerOf } from '../../lab/instance/network.ts'
import { machineName, numbersFor, topology } from '../../lab/instance/topology.ts'
import type { Lab } from '../../lab/lab.ts'
import { cgroupRoots } from '../../lab/machine/cgroup.ts'

test("apt's one-line sources are read with their key", () => {
  const text = [
    '# deb http://commented/ bookworm main',
    'deb http://one/debian bookworm main contrib',
    'deb-src http://source/debian bookworm main',
    'deb [arch=amd64 signed-by=/k.gpg] http://two/debian bookworm-updates main',
  ].join('\n')
  assert.equal(parseLines(text), [
    { uri: 'http://one/debian', suite: 'bookworm' },
    { uri: 'http://two/debian', suite: 'bookworm-updates', signedBy: '/k.gpg' },
  ])
})

test("apt's stanzas are read, suite by suite, without the disabled ones", () => {
  const text = `Types: deb
# a comment
URIs: http://one/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /k.gpg

Enabled: no
Types: deb
URIs: http://off/debian
Suites: bookworm

Types: deb-src
URIs: http://source/debian
Suites: bookworm
`
  assert.equal(parseStanzas(text), [
    { uri: 'http://one/debian', suite: 'bookworm', signedBy: '/k.gpg' },
    { uri: 'http://one/debian', suite: 'bookworm-updates', signedBy: '/k.gpg' },
  ])
})

test('source lines carry the key, the kind and another release', () => {
  const sources = [{ uri: 'http://one/debian', suite: 'bookworm-updates', signedBy: '/k.gpg' }]
  assert.is(
    sourceLines(sources, 'deb-src', 'trixie'),
    'deb-src [signed-by=/k.gpg] http://one/debian trixie-updates main\n',
  )
})

for (const [version, expected] of [
  ['2.4.68-1~deb12u1', '2.4.68'],
  ['1:1.2.50-1', '1.2.50'],
  ['1.0-2-3', '1.0-2'],
] as const)
  test(`upstream's part of ${version} is ${expected}`, () => assert.is(upstream(version), expected))

test('preferred versions are tried first, in their order, then the others as listed', () => {
  const listed = ['2.4.71-1', '2.4.68-1~deb12u1', '2.4.70-1', '2.4.65-1', '2.4.71-1']
  assert.equal(orderVersions(listed, ['2.4.65', '2.4.68']), [
    '2.4.65-1',
    '2.4.68-1~deb12u1',
    '2.4.71-1',
    '2.4.70-1',
  ])
})

test('the demo has fixed addresses', () => {
  const { subnet, bridge, bridgeAddress, hosts } = topology(0)
  assert.equal([subnet, bridge, bridgeAddress], ['10.98.0.0/24', 'rplab0', '10.98.0.1'])
  assert.equal(
    hosts.map(({ address }) => address),
    ['10.98.0.11', '10.98.0.12', '10.98.0.21', '10.98.0.22'],
  )
})

test('an interface name fits into 15 characters for every number and host', () => {
  for (const flavour of ['dnf', 'dnf5', 'apt'] as const)
    for (const { name } of topology(254, flavour).hosts)
      assert.ok(`vb-${machineName(254, name)}`.length <= 15, name)
})

test('a lab takes its last number first and those that others remember last', () => {
  const records = new Map([
    ['own', { number: 7 }],
    ['other', { number: 1 }],
  ])
  assert.equal(numbersFor('own', records).slice(0, 3), [7, 2, 3])
  assert.is(numbersFor('own', records).at(-1), 1)
  assert.equal(numbersFor('demo', records), [0])
})

for (const [title, links, routes, expected] of [
  [
    'nothing',
    [{ ifname: 'eth0' }],
    [
      { dst: 'default', dev: 'eth0' },
      { dst: '10.98.30.0/24', dev: 'x' },
    ],
    undefined,
  ],
  ['another lab', [{ ifname: 'rplab3', ifalias: 'its folder' }], [], 'its folder'],
  ['a route', [], [{ dst: '10.98.3.0/24', dev: 'tun0' }], 'the route to 10.98.3.0/24 through tun0'],
] as const)
  test(`subnet 10.98.3.0/24 is taken by ${title}`, () =>
    assert.is(ownerOf(topology(3), links, routes), expected))

test('control groups: the unified hierarchy and the one of systemd', () => {
  const mountinfo = `24 1 0:5 / /sys/fs/cgroup rw shared:9 - tmpfs tmpfs rw
25 24 0:6 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory
26 24 0:7 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
27 24 0:8 / /sys/fs/cgroup/unified rw shared:11 master:2 - cgroup2 cgroup2 rw
`
  assert.equal(cgroupRoots(mountinfo), ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'])
})

test('the spec links what was hidden, package by package', () => {
  const hidden = parseHidden('make\t/usr/bin/make\t/opt/hidden/usr/bin/make\n')
  const table = [
    { name: 'make', version: '4.3', summary: 'Builds', provides: ['gmake'] },
    { name: 'all', version: '1', summary: 'Everything', requires: ['make'] },
  ]
  const spec = specText(table, hidden)
  assert.match(spec, 'ln -s /opt/hidden/usr/bin/make %{buildroot}/usr/bin/make\n')
  assert.match(
    spec,
    '%package -n make\nVersion: 4.3\nSummary: Builds\nAutoReqProv: no\nProvides: gmake\n%description',
  )
  assert.match(spec, '%files -n make\n/usr/bin/make\n')
  assert.match(spec, 'Requires: make\n%description -n all')
  assert.ok(spec.trimEnd().endsWith('%files -n all'))
})

test('every package of the runbook is delivered, and what is required exists', () => {
  const runbook = [
    'java-17-openjdk httpd vim wget tar',
    'redhat-rpm-config gcc gcc-c++ make apr-devel apr-util apr-util-devel pcre-devel openssl-devel',
  ]
  const names = new Set(
    rpmCatalog.flatMap(({ name, provides = [] }) => [name, ...provides.map((what) => what.split(' ')[0])]),
  )
  const needed = [...runbook.join(' ').split(' '), ...rpmCatalog.flatMap(({ requires = [] }) => requires)]
  assert.equal(
    needed.filter((name) => !names.has(name)),
    [],
  )
})

test('the hiding script names a file once, from where Debian has it', () => {
  const script = hideScript([
    {
      name: 'a',
      version: '1',
      summary: '',
      files: ['/usr/bin/a', { path: '/usr/sbin/b', from: '/usr/bin/b' }],
    },
    { name: 'c-devel', version: '1', summary: '', debian: 'libc-dev' },
  ])
  const calls = ['hide a /usr/bin/a', 'hide a /usr/sbin/b /usr/bin/b', 'hidePackage c-devel libc-dev']
  assert.equal(script.split('\n').slice(-3), calls)
})

const shares = { sources: '/s', packages: '/p' }
for (const [path, expected] of [
  ['/dist/httpd/x.tar.gz', { file: '/s/dist/httpd/x.tar.gz', isCorrupt: false }],
  ['/corrupt/dist/httpd/x.tar.gz', { file: '/s/dist/httpd/x.tar.gz', isCorrupt: true }],
  ['/corrupt/dist/httpd/x.tar.gz.sha512', { file: '/s/dist/httpd/x.tar.gz.sha512', isCorrupt: false }],
  ['/packages/repodata/repomd.xml', { file: '/p/repodata/repomd.xml', isCorrupt: false }],
  ['/packages/pypi/simple/x/', { file: '/p/pypi/simple/x/index.html', isCorrupt: false }],
  ['/missing/httpd/x.tar.gz', undefined],
  ['/dist/../../etc/passwd', undefined],
  ['/dist/../packages/../../x', undefined],
] as const)
  test(`the mirror finds ${path} ${expected ? `at ${expected.file}` : 'nowhere'}`, () =>
    assert.equal(resolveTarget(shares, path), expected))

test('every package that a package of the apt repository needs is there, save the one that is missing on purpose', () => {
  const names = new Set(debCatalog.flatMap(({ name, fields }) => [name, fields?.Provides ?? name]))
  const needed = debCatalog.flatMap(({ fields }) => [fields?.Depends, fields?.Recommends, fields?.Conflicts])
  const missing = needed.flatMap((text) => text?.split(' ')[0] ?? []).filter((name) => !names.has(name))
  assert.equal(missing, ['lab-nowhere'])
})

test('the control file of a package has its further fields before the description', () => {
  const text = controlText({ name: 'a', version: '1:2-3', suite: 'stable', fields: { Depends: 'b' } })
  assert.match(text, /^Package: a\nVersion: 1:2-3\nArchitecture: all\n/)
  assert.match(text, /\nDepends: b\nDescription: .*\n$/)
})

test('spoilt bytes are as many as before and wrong in the same places however they are cut', async () => {
  const whole = Buffer.alloc(2500, 'a')
  const parts = [whole.subarray(0, 700), whole.subarray(700, 1999), whole.subarray(1999)]
  const spoilt = await buffer(Readable.from([whole]).pipe(corruptingStream()))
  assert.equal(await buffer(Readable.from(parts).pipe(corruptingStream())), spoilt)
  const wrong = [...spoilt.entries()].flatMap(([at, byte]) => (byte === whole[at] ? [] : [at]))
  assert.equal([spoilt.length, wrong], [2500, [0, 999, 1999]])
})

test('the inventory of the flavour apt groups Debian hosts and boxes', () => {
  const { hosts } = topology(7, 'apt')
  const { all } = parse(labInventoryText({ hosts, inventoryVars: {} } as unknown as Lab))
  assert.equal(all.children, {
    deb: { hosts: { 'deb-01': { ansible_host: '10.98.7.31' }, 'deb-02': { ansible_host: '10.98.7.32' } } },
    box: { hosts: { 'box-01': { ansible_host: '10.98.7.41' } } },
  })
})

test('the inventory has both groups, the connection and the versions', () => {
  const lab = {
    hosts: topology(0).hosts,
    keyFile: '/k/id',
    knownHostsFile: '/k/known',
    inventoryVars: { tomcat_version: '9.0.109' },
  } as unknown as Lab
  const { all } = parse(labInventoryText(lab))
  assert.equal(all.vars, {
    ansible_user: 'root',
    ansible_ssh_private_key_file: '/k/id',
    ansible_ssh_common_args: '-o UserKnownHostsFile=/k/known',
    tomcat_version: '9.0.109',
  })
  assert.equal(all.children.was.hosts, {
    'was-01': { ansible_host: '10.98.0.11' },
    'was-02': { ansible_host: '10.98.0.12' },
  })
  assert.equal(Object.keys(all.children.web.hosts), ['web-01', 'web-02'])
})

test.run()
