// Tests the tasks that edit a format through a shell: results, hidden secrets, errors.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import type { AnyTaskFunction } from '../../../src/model/task.ts'
import { editJson } from '../../../tasks/text/editJson.ts'
import { editYaml } from '../../../tasks/text/editYaml.ts'
import { iniFile } from '../../../tasks/text/iniFile.ts'
import { keyValueFile } from '../../../tasks/text/keyValueFile.ts'
import { sshdConfig } from '../../../tasks/text/sshdConfig.ts'
import { applied, failure, inFolder, looked } from '../apply.ts'

type Params = { readonly [name: string]: unknown }

const rows: [
  title: string,
  task: unknown,
  name: string,
  before: string | undefined,
  params: Params,
  after: string,
  changes: string[],
][] = [
  [
    'sets an option in its section',
    iniFile,
    'app.ini',
    '# caf\xe9\r\n[a]\r\nx=1\r\n',
    { section: 'a', option: 'x', value: '$HOME `id`' },
    '# caf\xe9\r\n[a]\r\nx=$HOME `id`\r\n',
    ['[a] x: 1 → $HOME `id`'],
  ],
  [
    'makes a missing file',
    iniFile,
    'new.conf',
    undefined,
    { section: 'Journal', option: 'Storage', value: 'persistent', noExtraSpaces: true },
    '[Journal]\nStorage=persistent\n',
    ['{path}: absent → 29 bytes'],
  ],
  [
    'writes several values, and an option without one',
    iniFile,
    'x.service',
    '[Service]\nExecStart=/bin/a\n',
    { section: 'Service', option: 'ExecStart', values: ['', '/bin/b'] },
    '[Service]\nExecStart=\nExecStart=/bin/b\n',
    ['[Service] ExecStart: /bin/a → empty, /bin/b'],
  ],
  [
    'adds a value, and keeps the others',
    iniFile,
    'x.ini',
    '[a]\nx=1\n',
    { section: 'a', option: 'x', value: 2, exclusive: false },
    '[a]\nx=1\nx=2\n',
    ['[a] x: 1 → 1, 2'],
  ],
  [
    'writes an option without a value',
    iniFile,
    'my.cnf',
    '[mysqld]\nport = 1 # the port\n',
    { section: 'mysqld', option: 'skip-networking', allowNoValue: true },
    '[mysqld]\nport = 1 # the port\nskip-networking\n',
    ['[mysqld] skip-networking: absent → no value'],
  ],
  [
    'keeps a comment after the value in my.cnf',
    iniFile,
    'my.cnf',
    '[mysqld]\nport = 1 # the port\n',
    { section: 'mysqld', option: 'port', value: 2 },
    '[mysqld]\nport = 2 # the port\n',
    ['[mysqld] port: 1 → 2'],
  ],
  [
    'removes a section, and makes an empty one',
    iniFile,
    'x.ini',
    '[a]\nx=1\n[b]\n',
    { section: 'a', state: 'absent' },
    '[b]\n',
    ['[a]: present → removed'],
  ],
  [
    'removes an option of the one section with the values',
    iniFile,
    'wg0.conf',
    '[Peer]\nK = A\nP = 1\n[Peer]\nK = B\nP = 1\n',
    { section: 'Peer', sectionHasValues: { K: 'B' }, option: 'P', state: 'absent' },
    '[Peer]\nK = A\nP = 1\n[Peer]\nK = B\n',
    ['[Peer] P: 1 → removed'],
  ],
  [
    'sets and removes keys',
    keyValueFile,
    'sysctl.conf',
    'a.b = 1\nold = 2\n',
    { set: { 'a.b': 2, 'c.d': '3 4' }, remove: ['old'] },
    'a.b = 2\nc.d = 3 4\n',
    ['a.b: 1 → 2', 'c.d: absent → 3 4', 'old: 2 → removed'],
  ],
  [
    'quotes what a shell reads',
    keyValueFile,
    'os-release',
    'ID=x\n',
    { set: { NAME: "it's $5" } },
    'ID=x\nNAME="it\'s \\$5"\n',
    ["NAME: absent → it's $5"],
  ],
  [
    'edits JSON with comments',
    editJson,
    'daemon.json',
    '{\n  // c\n  "a": 1\n}\n',
    { edits: [{ set: '/b/c', value: [true] }] },
    '{\n  // c\n  "a": 1,\n  "b": {\n    "c": [\n      true\n    ]\n  }\n}\n',
    ['b: absent → {"c":[true]}'],
  ],
  [
    'makes a missing file of JSON',
    editJson,
    'new.json',
    undefined,
    { edits: [{ merge: '', value: { a: 1 } }], create: true },
    '{\n  "a": 1\n}\n',
    ['{path}: absent → 13 bytes'],
  ],
  [
    'edits one of several documents',
    editYaml,
    'k8s.yaml',
    'a: 1 # one\n---\nb: [x]\n',
    {
      edits: [
        { include: '/b', items: ['z'] },
        { set: '/c', value: 'no' },
      ],
      document: 1,
    },
    'a: 1 # one\n---\nb: [x, z]\nc: "no"\n',
    ['b[1]: absent → z', 'c: absent → no'],
  ],
]

for (const [title, task, file, before, params, after, expected] of rows) {
  const { name } = (task as AnyTaskFunction).spec
  test(`${name} ${title}, and is done`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/${file}`
      if (before !== undefined) writeFileSync(path, Buffer.from(before, 'latin1'), { mode: 0o640 })
      const { changes, again } = await applied(task as typeof iniFile, { path, ...params })
      assert.equal(
        changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
        expected.map((each) => each.replace('{path}', path)),
      )
      assert.equal(again, [])
      assert.is(readFileSync(path, 'latin1'), after)
      if (before !== undefined) assert.is(statSync(path).mode & 0o777, 0o640)
    }))
}

test('sshdConfig follows Include lines, and writes what counts', () =>
  inFolder(async (folder) => {
    const path = `${folder}/sshd_config`
    mkdirSync(`${folder}/sshd_config.d`)
    writeFileSync(`${folder}/sshd_config.d/50.conf`, `Include ${folder}/more\nUsePAM yes`)
    writeFileSync(`${folder}/sshd_config.d/60.conf`, 'X11Forwarding no\n')
    writeFileSync(`${folder}/more`, '# m\nPermitRootLogin yes\n')
    writeFileSync(path, `Include "${folder}/sshd_config.d/*.conf" # all\n#UseDNS no\n`)
    const set = { PermitRootLogin: false, X11Forwarding: 'no', UsePAM: 'no', UseDNS: true, Port: [22, 2200] }
    const { changes, again } = await applied(sshdConfig, { path, set, validate: 'grep -q Port {}' })
    assert.equal(
      changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      [
        `PermitRootLogin: yes (${folder}/more:2) → no`,
        `UsePAM: yes (${folder}/sshd_config.d/50.conf:2) → no`,
        'UseDNS: absent → yes',
        'Port: absent → 22, 2200',
      ],
    )
    assert.equal(again, [])
    assert.is(
      readFileSync(path, 'utf8'),
      `PermitRootLogin no\nUsePAM no\nInclude "${folder}/sshd_config.d/*.conf" # all\n#UseDNS no\nUseDNS yes\nPort 22\nPort 2200\n`,
    )
    const drop = `${folder}/sshd_config.d/00.conf`
    const made = await applied(sshdConfig, {
      path: drop,
      create: true,
      match: 'User anna',
      set: { X11Forwarding: 'no' },
      validate: 'true {}',
    })
    assert.equal(made.again, [])
    assert.is(statSync(drop).mode & 0o777, 0o600)
    const gone = await applied(sshdConfig, {
      path: drop,
      match: 'user anna',
      state: 'absent',
      validate: 'true {}',
    })
    assert.is(gone.again.length, 0)
    assert.is(readFileSync(drop, 'utf8'), '')
  }))

const hasSshd = existsSync('/usr/sbin/sshd') && existsSync('/run/sshd') && process.getuid?.() === 0

if (hasSshd)
  test('sshdConfig leaves alone what sshd refuses', () =>
    inFolder(async (folder) => {
      const path = `${folder}/sshd_config`
      writeFileSync(path, 'UseDNS no\n')
      const error = await failure(() => applied(sshdConfig, { path, set: { PermitRootLogin: 'perhaps' } }))
      assert.match(`${error.message} ${error.details.join(' ')}`, /unsupported option "perhaps"/)
      assert.is(readFileSync(path, 'utf8'), 'UseDNS no\n')
      assert.equal((await applied(sshdConfig, { path, set: { PermitRootLogin: 'no' } })).again, [])
    }))

test('what is to be removed from a missing file is not there', () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`
    assert.equal(await looked(iniFile, { path, section: 'a', state: 'absent' }), [])
    assert.equal(await looked(keyValueFile, { path, remove: ['a'] }), [])
    assert.not.ok(existsSync(path))
    assert.is((await failure(() => looked(keyValueFile, { path, set: { a: 1 } }))).code, 'E_NO_FILE')
    assert.is(
      (await failure(() => looked(iniFile, { path: `${folder}/no/f`, section: 'a' }))).code,
      'E_NO_FOLDER',
    )
  }))

test('a secret is written, and shown nowhere', () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`
    const hidden = async (task: unknown, before: string, params: Params, after: string) => {
      writeFileSync(path, before)
      const changes = await looked(task as typeof iniFile, { path, ...params })
      assert.not.match(JSON.stringify(changes), /hunter2|old1/)
      await applied(task as typeof iniFile, { path, ...params })
      assert.is(readFileSync(path, 'utf8'), after)
    }
    const value = secret('hunter2')
    await hidden(iniFile, '[s]\nkey=old1\n', { section: 's', option: 'key', value }, '[s]\nkey=hunter2\n')
    const edits = [{ set: '/key', value }]
    await hidden(editJson, '{"key": "old1"}\n', { edits }, '{"key": "hunter2"}\n')
    await hidden(editYaml, 'key: old1 # c\n', { edits }, 'key: hunter2 # c\n')
    await hidden(keyValueFile, 'KEY="old1"\n', { set: { KEY: value } }, 'KEY="hunter2"\n')
  }))

const refused: [title: string, make: () => unknown, says: RegExp][] = [
  [
    'an option without a value',
    () => iniFile({ path: '/f', section: 'a', option: 'x' }),
    /value: expected a value, or allowNoValue/,
  ],
  [
    'a value without an option',
    () => iniFile({ path: '/f', section: 'a', value: 1 }),
    /option: expected the name of the option/,
  ],
  ['neither section nor option', () => iniFile({ path: '/f' }), /expected an option, a section, or both/],
  [
    'value and values',
    () => iniFile({ path: '/f', option: 'x', value: 1, values: [2] }),
    /value or values, not both/,
  ],
  [
    'a value of two lines',
    () => iniFile({ path: '/f', option: 'x', value: 'a\nb' }),
    /value: expected one line/,
  ],
  [
    'a key that is set and removed',
    () => keyValueFile({ path: '/f', set: { a: 1 }, remove: ['a'] }),
    /remove: expected keys that are not in set/,
  ],
  [
    'an edit of no kind',
    () => editJson({ path: '/f', edits: [{ at: '/a' }] as never }),
    /edits\[0\]: expected an edit: an object with set, merge,/,
  ],
  [
    'a value that is none of JSON',
    () => editYaml({ path: '/f', edits: [{ set: '/a', value: undefined as never }] }),
    /edits\[0\]\.value: expected a value of JSON/,
  ],
  ['nothing of sshd_config', () => sshdConfig({}), /expected set or remove/],
  ['a keyword twice', () => sshdConfig({ set: { Port: 22, port: 23 } }), /set: expected each keyword once/],
  [
    'criteria that are none',
    () => sshdConfig({ match: 'anna', set: { Port: 22 } }),
    /match: expected the criteria of a Match block/,
  ],
  ['a key with a blank', () => keyValueFile({ path: '/f', set: { 'a b': 1 } }), /expected the name of a key/],
]

for (const [title, make, says] of refused) {
  test(`${title} is refused`, () => {
    assert.throws(make, (error: { message: string; details: string[] }) =>
      says.test([error.message, ...error.details].join('\n')),
    )
  })
}

test.run()
